import { expect, test } from 'vitest';
import { causesOf, missingFor } from '../../../src/audit/missing.ts';
import type { CheckResult } from '../../../src/audit/result.ts';
import { contextOf, goodInfo, stated } from '../checks/support.ts';
import { result } from './support.ts';

type Id = CheckResult['id'];
const open = (id: Id, more: Partial<CheckResult> = {}): CheckResult =>
  result({ id, state: 'not-checked', exit: 13, summary: 'a', ...more });
const ids = (results: readonly CheckResult[]): string[] => results.map(({ id }) => id);

test('what stands on one that is told of is told of with it, by way of others too', () => {
  const bottom = open('compose.hash');
  const middle = open('compose.launcher', { blockedBy: 'compose.hash', required: false });
  const top = open('compose.pin', { blockedBy: 'compose.launcher' });
  expect(ids(causesOf([bottom, top], [bottom, middle, top]))).toEqual(['compose.hash']);
  // Nobody tells of what it stands on: then it is told of itself.
  expect(ids(causesOf([top], [bottom, middle, top]))).toEqual(['compose.pin']);
  expect(ids(causesOf([top], [top]))).toEqual(['compose.pin']);
  expect(ids(causesOf([bottom, middle, top], [bottom, middle, top]))).toEqual(['compose.hash']);
});

test('checks that want the same are told of in one sentence', () => {
  const meant = contextOf(goodInfo, { repository: stated('r'), commit: stated('c'), only: 'attestation' });
  const hint = 'give it';
  expect(
    missingFor(
      [
        open('quote.tcb', { hint }),
        open('app.id'),
        open('os.image', { hint }),
        open('freshness', { hint, state: 'not-bound' }),
        open('os.acpi', { hint, state: 'failed' }),
        open('quote.debug', { hint, state: 'failed' }),
        open('kms.identity', { hint: 'a' }),
      ],
      meant,
    ),
  ).toEqual([
    'quote.tcb, os.image have to be checked: give it',
    'app.id, kms.identity have to be checked: a',
    'freshness has to be bound: give it',
    'os.acpi, quote.debug have to hold: give it',
  ]);
});
