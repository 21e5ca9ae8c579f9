import type { CheckResult, CheckState } from '../result.ts';

/** The states in the order of a report, with the words that a reader sees. */
export const STATE_WORDS = {
  passed: 'passed',
  failed: 'failed',
  'not-bound': 'not bound',
  'not-checked': 'not checked',
} as const satisfies Record<CheckState, string>;

export type Counts = Readonly<Record<CheckState, number>>;

/** How many of the results are in each state. */
export const countStates = (results: readonly CheckResult[]): Counts => {
  const counts = { passed: 0, failed: 0, 'not-bound': 0, 'not-checked': 0 };
  for (const { state } of results) counts[state]++;
  return counts;
};

/** As `12 passed, 3 not checked`: the number that passed always, the others where there are any. */
export const describeCounts = (counts: Counts): string =>
  (Object.keys(STATE_WORDS) as CheckState[])
    .filter((state) => state === 'passed' || counts[state] > 0)
    .map((state) => `${counts[state]} ${STATE_WORDS[state]}`)
    .join(', ');
