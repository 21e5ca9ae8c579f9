import type { Context } from './context.ts';
import type { CheckResult, CheckState } from './result.ts';
import { decides, isSourceExpected, unprovedSteps } from './verdict.ts';

/** A check that passed never decides. */
const VERBS: Readonly<Record<CheckState, readonly [one: string, several: string]>> = {
  passed: ['has passed', 'have passed'],
  failed: ['has to hold', 'have to hold'],
  'not-checked': ['has to be checked', 'have to be checked'],
  'not-bound': ['has to be bound', 'have to be bound'],
};

/**
 * Those of the results that stand on none of the others: what stands on a check that is told of is told of with it. `all`: every
 * result that is shown, since one may stand on another by way of a third.
 */
export const causesOf = (deciding: readonly CheckResult[], all: readonly CheckResult[]): CheckResult[] => {
  const byId = new Map(all.map((result) => [result.id, result]));
  const told = new Set(deciding.map(({ id }) => id));
  const stands = ({ blockedBy }: CheckResult): boolean => {
    if (blockedBy === undefined) return false;
    const below = byId.get(blockedBy);
    return told.has(blockedBy) || (below !== undefined && stands(below));
  };
  return deciding.filter((result) => !stands(result));
};

/** One sentence for all checks that want the same: eleven of one step may want one file. */
const openLines = (results: readonly CheckResult[]): string[] =>
  [...Map.groupBy(results, ({ state, summary, hint }) => `${state} ${hint ?? summary}`).values()].map((group) => {
    const [{ state, summary, hint } = group[0]!, more] = group;
    const [one, several] = VERBS[state];
    const ids = group.map(({ id }) => id).join(', ');
    return `${ids} ${more === undefined ? one : several}: ${hint ?? summary}`;
  });

/** What would have to be given, or be otherwise, for VERIFIED (or, for one step alone, PASSED): one sentence each. */
export const missingFor = (results: readonly CheckResult[], { expectations }: Context): string[] => {
  const { only } = expectations;
  const deciding = results.filter(decides);
  const expected =
    only === undefined && !isSourceExpected(expectations)
      ? ['the repository and the commit that you expect: give --repo and --commit, or a policy']
      : [];
  const covered = new Set(deciding.map(({ step }) => step));
  const steps = unprovedSteps(results, only)
    .filter((step) => !covered.has(step))
    .map((step) => `step ${step}: this version has no check that proves it`);
  return [...expected, ...openLines(causesOf(deciding, results)), ...steps];
};
