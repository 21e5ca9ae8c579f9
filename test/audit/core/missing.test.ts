import { expect, test } from 'vitest';
import { causesOf, missingFor } from '../../../src/audit/missing.ts';
import type { CheckResult, CheckState } from '../../../src/audit/result.ts';
import { STEPS, type Step } from '../../../src/audit/steps.ts';
import { contextOf, goodInfo, stated } from '../checks/support.ts';

const result = (state: CheckState, step: Step = 'attestation', more: Partial<CheckResult> = {}): CheckResult => ({
  id: 'quote.parse',
  step,
  required: true,
  state,
  exit: 10,
  summary: 'a summary',
  origins: [],
  details: [],
  ...more,
});
const whole = STEPS.map((step) => result('passed', step));
const meant = contextOf(goodInfo, { repository: stated('r'), commit: stated('c') });

test('nothing where all is proved and expected', () => {
  expect(missingFor(whole, meant)).toEqual([]);
});

test.each<[CheckState, string]>([
  ['failed', 'quote.parse has to hold: a summary'],
  ['not-checked', 'quote.parse has to be checked: a summary'],
  ['not-bound', 'quote.parse has to be bound: a summary'],
])('a required check that is %s', (state, line) => {
  expect(missingFor([...whole, result(state)], meant)).toEqual([line]);
  expect(missingFor([...whole, result(state, 'source', { hint: 'do this' })], meant)).toEqual([
    line.replace('a summary', 'do this'),
  ]);
});

test('a check that informs is missed only where it failed', () => {
  const informing = (state: CheckState) => [...whole, result(state, 'source', { required: false })];
  expect(missingFor(informing('failed'), meant)).toEqual(['quote.parse has to hold: a summary']);
  for (const state of ['passed', 'not-checked', 'not-bound'] as const) {
    expect(missingFor(informing(state), meant)).toEqual([]);
  }
});

test('a step that nothing proves is named, unless a check of it is', () => {
  const without = whole.filter(({ step }) => step !== 'source');
  expect(missingFor(without, meant)).toEqual(['step source: this version has no check that proves it']);
  expect(missingFor([...without, result('not-checked', 'source')], meant)).toEqual([
    'quote.parse has to be checked: a summary',
  ]);
  const informing = result('passed', 'source', { required: false });
  expect(missingFor([...without, informing], meant)).toEqual(['step source: this version has no check that proves it']);
});

test('for one step alone nothing is said of the others, nor of the source', () => {
  const only = contextOf(goodInfo, { only: 'source' });
  expect(missingFor([result('passed', 'source')], only)).toEqual([]);
  expect(missingFor([], only)).toEqual(['step source: this version has no check that proves it']);
});

test('a source that nobody named comes first', () => {
  expect(missingFor([...whole, result('failed')], contextOf(goodInfo))).toEqual([
    'the repository and the commit that you expect: give --repo and --commit, or a policy',
    'quote.parse has to hold: a summary',
  ]);
});

test('what stands on a check that is told of is told of with it', () => {
  const cause = result('failed', 'attestation', { id: 'compose.hash' });
  const blocked = result('not-checked', 'source', { id: 'source.pin', blockedBy: 'compose.hash' });
  expect(missingFor([...whole, cause, blocked], meant)).toEqual(['compose.hash has to hold: a summary']);
  // Of a step that is shown alone nobody reads what is below.
  expect(missingFor([...whole, blocked], meant)).toEqual(['source.pin has to be checked: a summary']);
});

test('also by way of a third, that decides nothing itself', () => {
  const cause = result('failed', 'attestation', { id: 'quote.parse' });
  const between = result('not-checked', 'attestation', {
    id: 'compose.config-id',
    required: false,
    blockedBy: 'quote.parse',
  });
  const top = result('not-checked', 'attestation', { id: 'app.id', blockedBy: 'compose.config-id' });
  expect(causesOf([cause, top], [cause, between, top])).toEqual([cause]);
  expect(causesOf([top], [between, top])).toEqual([top]);
  expect(causesOf([top, between], [between, top])).toEqual([between]);
  expect(causesOf([], [between])).toEqual([]);
});

test('checks that want the same are one sentence, and the state keeps them apart', () => {
  const of = (id: CheckResult['id'], state: CheckState, hint = 'give a file') =>
    result(state, 'provenance', { id, hint, summary: id });
  expect(
    missingFor(
      [
        ...whole,
        of('provenance.bundle', 'not-checked'),
        of('provenance.subject', 'not-bound'),
        of('provenance.issuer', 'not-checked'),
        of('provenance.ref', 'not-checked', 'give another'),
        of('provenance.runner', 'failed'),
        of('provenance.trigger', 'failed'),
      ],
      meant,
    ),
  ).toEqual([
    'provenance.bundle, provenance.issuer have to be checked: give a file',
    'provenance.subject has to be bound: give a file',
    'provenance.ref has to be checked: give another',
    'provenance.runner, provenance.trigger have to hold: give a file',
  ]);
});
