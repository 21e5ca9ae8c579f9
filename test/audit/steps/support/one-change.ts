import { expect } from 'vitest';
import type { CheckId } from '../../../../src/audit/check-ids.ts';
import type { Verdict } from '../../../../src/audit/result.ts';
import type { Change, Story } from './story.ts';

/** One link changed alone, and what has to come of it. */
export interface OneChange {
  readonly name: string;
  readonly change: Change | ((story: Story) => Change | Promise<Change>);
  /** Every check that fails, and no other does. */
  readonly failed?: readonly CheckId[];
  readonly notBound?: readonly CheckId[];
  /** Those of them that a required check that was not made keeps from VERIFIED. */
  readonly notChecked?: readonly CheckId[];
  readonly exit: number;
  /** Part of the summary of the first of these checks. */
  readonly says?: string | RegExp;
  readonly findings?: readonly string[];
}

let run = 0;
export const changesRun = (): number => run;

const idsIn = ({ checks }: Verdict, state: string): CheckId[] =>
  checks.flatMap((check) => (check.state === state ? [check.id] : []));

/** Of checks that were made: what stands on one that did not pass is not counted. */
const openIn = ({ checks }: Verdict): CheckId[] =>
  checks.flatMap(({ id, state, blockedBy }) => (state === 'not-checked' && blockedBy === undefined ? [id] : []));

/** Not made in the good story either. */
const ALWAYS_OPEN: readonly CheckId[] = [
  'freshness',
  'provenance.rebuild',
  'source.signature',
  'source.tree-sha256',
  'runtime.receipt',
  'runtime.logs',
];

/** Runs the story with this one change, and holds it against all that it says of itself. */
export const checkChange = async (story: Story, one: OneChange): Promise<Verdict> => {
  const { failed = [], notBound = [], notChecked = [], exit, says, findings } = one;
  run += 1;
  const verdict = await story.verdict(typeof one.change === 'function' ? await one.change(story) : one.change);
  const found = { failed: idsIn(verdict, 'failed'), notBound: idsIn(verdict, 'not-bound') };
  expect(found).toEqual({ failed: [...failed], notBound: [...notBound] });
  expect(openIn(verdict).filter((id) => !ALWAYS_OPEN.includes(id))).toEqual([...notChecked]);
  expect(verdict.word).not.toBe('VERIFIED');
  expect(verdict.exit).toBe(exit);
  expect(verdict.missing).not.toEqual([]);
  expect(verdict.checks.filter((check) => check.exit === 1)).toEqual([]);
  const first = verdict.checks.find(({ id }) => id === [...failed, ...notBound, ...notChecked][0]);
  if (typeof says === 'string') expect(first?.summary).toContain(says);
  else if (says !== undefined) expect(first?.summary).toMatch(says);
  if (findings !== undefined) expect(verdict.findings.map(({ id }) => id)).toEqual(findings);
  return verdict;
};
