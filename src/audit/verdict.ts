import { EXIT, type ExitCode } from '../base/exit-codes.ts';
import type { Expectations } from './expectations.ts';
import type { CheckResult, VerdictWord } from './result.ts';
import { STEPS, type Step } from './steps.ts';

/**
 * Of several exit codes at once the first of these is the verdict's. The design's order, with a mistake of our own behind what was
 * rejected and before what is merely unproved.
 */
const PRECEDENCE: readonly ExitCode[] = [
  EXIT.rejected,
  EXIT.internal,
  EXIT.notBound,
  EXIT.stale,
  EXIT.unsupported,
  EXIT.malformed,
  EXIT.unavailable,
  EXIT.environment,
  EXIT.incomplete,
];

/** Of these the one that counts; of none, or of some that the table does not know, that of a mistake of ours: never green. */
export const firstExit = (codes: ReadonlySet<ExitCode>): ExitCode =>
  PRECEDENCE.find((code) => codes.has(code)) ?? EXIT.internal;

const WORDS: Partial<Record<ExitCode, VerdictWord>> = {
  [EXIT.rejected]: 'REJECTED',
  [EXIT.internal]: 'INTERNAL ERROR',
  [EXIT.notBound]: 'NOT BOUND',
  [EXIT.stale]: 'STALE',
  [EXIT.unsupported]: 'UNSUPPORTED',
  [EXIT.malformed]: 'MALFORMED',
  [EXIT.unavailable]: 'UNAVAILABLE',
  [EXIT.environment]: 'ENVIRONMENT',
  [EXIT.incomplete]: 'CONSISTENT',
};

/** Whether a result keeps the verdict from its best: a failure always does, anything else short of a pass where it was required. */
export const decides = ({ state, required }: CheckResult): boolean =>
  state === 'failed' || (required && state !== 'passed');

/** The steps that nothing stands for: no required check of theirs was made. Steps that were not asked for are left out. */
export const unprovedSteps = (results: readonly CheckResult[], only: Step | undefined): Step[] =>
  STEPS.filter(
    (step) =>
      (only === undefined || step === only) &&
      !results.some((result) => result.step === step && result.required && result.state === 'passed'),
  );

/** Whether somebody outside of the evidence said which repository and which commit: a flag or a policy. */
export const isSourceExpected = ({ repository, commit, policy }: Expectations): boolean =>
  (repository !== undefined || policy.repositories !== undefined) &&
  (commit !== undefined || policy.commits !== undefined);

/** The word and the exit code for these results. */
export const judge = (
  results: readonly CheckResult[],
  expectations: Expectations,
): { word: VerdictWord; exit: ExitCode } => {
  const { only } = expectations;
  const codes = new Set<ExitCode>(results.filter(decides).map(({ exit }) => exit));
  if (unprovedSteps(results, only).length > 0) codes.add(EXIT.incomplete);
  if (only === undefined && !isSourceExpected(expectations)) codes.add(EXIT.incomplete);
  if (codes.size === 0) return { word: only === undefined ? 'VERIFIED' : 'PASSED', exit: EXIT.ok };
  const exit = firstExit(codes);
  return { word: WORDS[exit] ?? 'INTERNAL ERROR', exit };
};
