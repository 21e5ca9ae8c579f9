import { describe, expect, test } from 'vitest';
import type { Expectations } from '../../src/audit/expectations.ts';
import { EMPTY_POLICY } from '../../src/audit/policy/policy.ts';
import type { CheckResult, CheckState } from '../../src/audit/result.ts';
import { STEPS, type Step } from '../../src/audit/steps.ts';
import { decides, isSourceExpected, judge, unprovedSteps } from '../../src/audit/verdict.ts';
import { EXIT, type ExitCode } from '../../src/base/exit-codes.ts';

const result = (state: CheckState, exit: ExitCode, required = true, step: Step = 'attestation'): CheckResult => ({
  id: 'quote.parse',
  step,
  required,
  state,
  exit,
  summary: '',
  origins: [],
  details: [],
});

const stated = { value: 'x', source: 'a test' };
const base: Expectations = {
  now: { value: 0, source: 'a test' },
  root: { der: new Uint8Array(), source: 'a test', simulated: false },
  policy: EMPTY_POLICY,
};
const meant: Expectations = { ...base, repository: stated, commit: stated };
/** Every step proved. */
const whole = STEPS.map((step) => result('passed', EXIT.ok, true, step));

describe('VERIFIED', () => {
  test('takes every step and an expected repository and commit', () => {
    expect(judge(whole, meant)).toEqual({ word: 'VERIFIED', exit: 0 });
  });

  test.each<[string, Partial<Expectations>]>([
    ['no repository', { commit: stated }],
    ['no commit', { repository: stated }],
    ['neither', {}],
    ['a policy with repositories alone', { policy: { ...EMPTY_POLICY, repositories: [stated] } }],
    ['a policy with commits alone', { policy: { ...EMPTY_POLICY, commits: [stated] } }],
  ])('is not given with %s', (_, expectations) => {
    expect(isSourceExpected({ ...base, ...expectations })).toBe(false);
    expect(judge(whole, { ...base, ...expectations })).toEqual({ word: 'CONSISTENT', exit: 13 });
  });

  test('a policy may be who expects', () => {
    const policy = { ...EMPTY_POLICY, repositories: [stated], commits: [stated] };
    expect(judge(whole, { ...base, policy })).toEqual({ word: 'VERIFIED', exit: 0 });
    expect(judge(whole, { ...base, policy: { ...EMPTY_POLICY, repositories: [stated] }, commit: stated }).exit).toBe(0);
  });

  test.each(STEPS)('is not given where nothing required passed in step %s', (step) => {
    const without = whole.filter((one) => one.step !== step);
    expect(unprovedSteps(without, undefined)).toEqual([step]);
    expect(judge(without, meant)).toEqual({ word: 'CONSISTENT', exit: 13 });
    expect(judge([...without, result('passed', EXIT.ok, false, step)], meant)).toEqual({
      word: 'CONSISTENT',
      exit: 13,
    });
  });

  test.each(['failed', 'not-checked', 'not-bound'] as const)(
    'a step whose required check is %s is not proved',
    (state) => {
      const without = whole.filter(({ step }) => step !== 'source');
      expect(unprovedSteps([...without, result(state, EXIT.rejected, true, 'source')], undefined)).toEqual(['source']);
      expect(unprovedSteps([result(state, EXIT.rejected)], 'attestation')).toEqual(['attestation']);
    },
  );

  test('no result at all is no success', () => {
    expect(judge([], meant)).toEqual({ word: 'CONSISTENT', exit: 13 });
    expect(judge([], { ...meant, only: 'source' })).toEqual({ word: 'CONSISTENT', exit: 13 });
  });
});

describe('one step alone', () => {
  test('passes without an expected source, and is never VERIFIED', () => {
    expect(judge([result('passed', EXIT.ok)], { ...base, only: 'attestation' })).toEqual({ word: 'PASSED', exit: 0 });
    expect(judge(whole, { ...meant, only: 'attestation' })).toEqual({ word: 'PASSED', exit: 0 });
  });

  test('needs a required check of that step', () => {
    expect(unprovedSteps([result('passed', EXIT.ok)], 'source')).toEqual(['source']);
    expect(judge([result('passed', EXIT.ok)], { ...base, only: 'source' }).exit).toBe(13);
  });
});

describe('what decides', () => {
  test.each<[CheckState, boolean, boolean]>([
    ['passed', true, false],
    ['passed', false, false],
    ['failed', true, true],
    ['failed', false, true],
    ['not-checked', true, true],
    ['not-checked', false, false],
    ['not-bound', true, true],
    ['not-bound', false, false],
  ])('%s, required: %s', (state, required, expected) => {
    expect(decides(result(state, EXIT.rejected, required))).toBe(expected);
  });

  test.each<[ExitCode, string]>([
    [10, 'REJECTED'],
    [1, 'INTERNAL ERROR'],
    [11, 'NOT BOUND'],
    [12, 'STALE'],
    [20, 'UNSUPPORTED'],
    [30, 'MALFORMED'],
    [40, 'UNAVAILABLE'],
    [50, 'ENVIRONMENT'],
    [13, 'CONSISTENT'],
  ])('exit code %d alone is %s', (exit, word) => {
    expect(judge([...whole, result('failed', exit)], meant)).toEqual({ word, exit });
  });

  test('of several the first of 10, 1, 11, 12, 20, 30, 40, 50, 13', () => {
    const order: ExitCode[] = [10, 1, 11, 12, 20, 30, 40, 50, 13];
    for (const [index, exit] of order.entries()) {
      const rest = order.slice(index).reverse();
      expect(judge([...whole, ...rest.map((code) => result('failed', code))], meant).exit).toBe(exit);
    }
  });

  test('a failure that says exit code 0 is a mistake and never green', () => {
    expect(judge([...whole, result('failed', EXIT.ok)], meant)).toEqual({ word: 'INTERNAL ERROR', exit: 1 });
  });
});
