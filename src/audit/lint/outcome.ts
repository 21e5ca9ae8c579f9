import { EXIT, type ExitCode } from '../../base/exit-codes.ts';
import type { LintCheck, LintReport } from './report.ts';

const WORDS = new Map<ExitCode, LintReport['word']>([
  [EXIT.ok, 'CLEAN'],
  [EXIT.rejected, 'REJECTED'],
  [EXIT.notBound, 'NOT BOUND'],
  [EXIT.malformed, 'MALFORMED'],
  [EXIT.incomplete, 'INCOMPLETE'],
]);

/** The exit code that a check calls for: a pin that is none is malformed input, whatever it stands in. */
const exitOf = ({ id, state }: LintCheck): ExitCode => {
  if (state === 'failed') return id === 'compose.pin' ? EXIT.malformed : EXIT.rejected;
  if (state === 'not-bound') return EXIT.notBound;
  return state === 'not-checked' ? EXIT.incomplete : EXIT.ok;
};

/** Several at once: the first of 10, 11, 30, 13. */
const ORDER: readonly ExitCode[] = [EXIT.rejected, EXIT.notBound, EXIT.malformed, EXIT.incomplete];

/** The word and the exit code that the checks come to. One that could not be made keeps a file from being clean. */
export const outcomeOf = (checks: readonly LintCheck[]): Pick<LintReport, 'word' | 'exit'> => {
  const exits = checks.map(exitOf);
  const exit = ORDER.find((one) => exits.includes(one)) ?? EXIT.ok;
  return { exit, word: WORDS.get(exit)! };
};

/** The checks that called for this exit code. */
export const decisive = (checks: readonly LintCheck[], exit: ExitCode): LintCheck[] =>
  exit === EXIT.ok ? [] : checks.filter((check) => exitOf(check) === exit);
