import { expect } from 'vitest';
import type { CheckId } from '../../../../src/audit/check-ids.ts';
import type { Expectations } from '../../../../src/audit/expectations.ts';
import { CHECKS } from '../../../../src/audit/registry.ts';
import type { CheckState, Verdict, VerdictWord } from '../../../../src/audit/result.ts';
import { judge } from '../../../../src/audit/verdict.ts';
import { verify } from '../../../../src/audit/verify.ts';
import type { Evidence } from '../../../../src/evidence/evidence.ts';
import { expectations, good, infoOf } from './baseline.ts';

export type States = Readonly<Record<CheckId, CheckState>>;

/** One change of a deployment, its evidence or what it is held against, and all that has to come of it. */
export interface Variant {
  readonly name: string;
  readonly evidence: () => Evidence;
  /** Those of the good deployment, but for these. */
  readonly expected?: Partial<Expectations>;
  /** The states without the change; those of an agent's `Info` where not given. */
  readonly base?: States;
  /** Every check that fails, and no other does. What stands on it is not checked, and need not be named. */
  readonly failed?: readonly CheckId[];
  readonly notChecked?: readonly CheckId[];
  readonly notBound?: readonly CheckId[];
  readonly exit: number;
  /** The ids of every finding, where the variant is about them. */
  readonly findings?: readonly string[];
  /** The verdict is that of the good deployment, to the last word. */
  readonly same?: true;
  /** A part of the summary of the first check that failed. */
  readonly says?: string;
  /** Names and values of facts. */
  readonly facts?: Readonly<Record<string, string>>;
}

const WORDS: Readonly<Record<number, VerdictWord>> = {
  0: 'PASSED',
  10: 'REJECTED',
  11: 'NOT BOUND',
  12: 'STALE',
  13: 'CONSISTENT',
  20: 'UNSUPPORTED',
  30: 'MALFORMED',
};

/** The checks of step 1, in their order. */
const ATTESTATION = CHECKS.filter(({ step, isOptional }) => step === 'attestation' && isOptional !== true).map(
  ({ id }) => id,
);

const all = (state: CheckState): States =>
  Object.fromEntries(ATTESTATION.map((id) => [id, state])) as Record<CheckId, CheckState>;

/** An agent's `Info`: all of it passes, but nobody asked it anything. */
export const INFO_STATES: States = { ...all('passed'), freshness: 'not-checked' };

/** What is read out of the compose text of the app-compose. */
export const COMPOSE_TEXT: readonly CheckId[] = [
  'compose.launcher',
  'compose.pin',
  'compose.pin-bound',
  'compose.override',
  'compose.environment',
  'compose.sharing',
  'compose.services',
  'compose.persistence',
  'compose.images',
  'compose.scripts',
  'compose.commands',
  'compose.child-env',
  'compose.exposure',
];

/** Of these, what can be told although no service is known to be the launcher's. */
export const OF_ANY_TEXT: readonly CheckId[] = [
  'compose.launcher',
  'compose.environment',
  'compose.images',
  'compose.scripts',
  'compose.exposure',
];

/** The log, and what stands on it. */
const OF_THE_LOG: readonly CheckId[] = [
  'eventlog.replay',
  'eventlog.order',
  'eventlog.later',
  'compose.hash',
  ...COMPOSE_TEXT,
  'app.id',
  'kms.identity',
];

/** What cannot be told where this check did not pass. Written down here once more, apart from the checks. */
const STAND_ON: Partial<Record<CheckId, readonly CheckId[]>> = {
  'quote.parse': ATTESTATION,
  'quote.signature': ['quote.tcb', ...OF_THE_LOG],
  'eventlog.replay': OF_THE_LOG.slice(1),
  'eventlog.order': ['eventlog.later', 'compose.hash', ...COMPOSE_TEXT, 'app.id', 'kms.identity'],
  'compose.hash': COMPOSE_TEXT,
  'compose.launcher': COMPOSE_TEXT.filter((id) => !OF_ANY_TEXT.includes(id)),
  'compose.pin': ['compose.commands', 'compose.child-env'],
};

/** The states that a variant has to come to. */
const statesOf = ({ base = INFO_STATES, failed = [], notChecked = [], notBound = [] }: Variant): States => {
  const named = [...failed, ...notChecked, ...notBound];
  const followers = named.flatMap((id) => STAND_ON[id] ?? []);
  const set = (ids: readonly CheckId[], state: CheckState) => Object.fromEntries(ids.map((id) => [id, state]));
  return {
    ...base,
    ...set(followers, 'not-checked'),
    ...set(failed, 'failed'),
    ...set(notChecked, 'not-checked'),
    ...set(notBound, 'not-bound'),
    // Registers that nobody signed prove no log, whatever is wrong with it beside.
    ...(named.includes('quote.signature') ? set(OF_THE_LOG, 'not-checked') : {}),
  };
};

export const statesIn = ({ checks }: Verdict): States =>
  Object.fromEntries(checks.map(({ id, state }) => [id, state])) as Record<CheckId, CheckState>;

let run = 0;

/** How many variants were run in this process. */
export const variantsRun = (): number => run;

/** Another step of counting, for variants that are tested by hand. */
export const count = (): void => {
  run += 1;
};

const wordsOf = ({ timings: _, ...rest }: Verdict): Omit<Verdict, 'timings'> => rest;
const goodWords = wordsOf(verify(infoOf(good), expectations));

const SOURCE_EXPECTED: Partial<Expectations> = {
  repository: { value: 'https://github.com/example/workload.git', source: '--repo' },
  commit: { value: '3b18e512dba79e4c8300dd08aeb37f8e728b8dad', source: '--commit' },
};

/** Runs one variant, with `--only attestation` and without, and holds it against all that it says of itself. */
export const check = (variant: Variant): Verdict => {
  count();
  const evidence = variant.evidence();
  const held: Expectations = { ...expectations, ...variant.expected };
  const verdict = verify(evidence, held);
  expect(statesIn(verdict)).toEqual(statesOf(variant));
  expect([verdict.word, verdict.exit]).toEqual([WORDS[variant.exit], variant.exit]);
  expect(verdict.simulated).toBe(held.root.simulated);
  if (variant.exit === 0) expect(verdict.missing).toEqual([]);
  else expect(verdict.missing).not.toEqual([]);
  if (variant.findings !== undefined) expect(verdict.findings.map(({ id }) => id)).toEqual(variant.findings);
  if (variant.same === true) expect(wordsOf(verdict)).toEqual(goodWords);
  if (variant.facts !== undefined) expect(verdict.facts).toMatchObject(variant.facts);
  if (variant.says !== undefined) {
    expect(verdict.checks.find(({ state }) => state === 'failed')?.summary).toContain(variant.says);
  }
  // A check that broke is a mistake of ours, whatever the evidence holds.
  expect(verdict.checks.filter(({ exit }) => exit === 1)).toEqual([]);

  // Of these results nothing is of another step: with everything expected, and all of step 1 passed, it is still not VERIFIED.
  const { only: _, ...whole } = { ...held, ...SOURCE_EXPECTED };
  const full = judge(verdict.checks, whole);
  expect([full.word, full.exit]).toEqual(variant.exit === 0 ? ['CONSISTENT', 13] : [WORDS[variant.exit], variant.exit]);
  return verdict;
};
