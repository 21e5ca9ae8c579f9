import { expect, test } from 'vitest';
import { Asn1Error } from '../../src/asn1/errors.ts';
import { guarded, ProvenanceError, type ProvenanceErrorCode } from '../../src/provenance/errors.ts';
import { broken, failed, notChecked, onlyBundle, passed } from '../../src/provenance/outcome.ts';
import { PROVENANCE_CHECK_IDS } from '../../src/provenance/result.ts';
import { expectError } from './support.ts';

test.each<[ProvenanceErrorCode, number]>([
  ['too-large', 30],
  ['too-many', 30],
  ['bad-json', 30],
  ['bad-bundle', 30],
  ['bad-annotations', 30],
  ['bad-certificate', 30],
  ['bad-statement', 30],
  ['bad-root', 30],
  ['bad-expectation', 30],
  ['bad-key', 30],
  ['media-type', 20],
  ['key-bundle', 20],
  ['unsupported-key', 20],
  ['unknown-instance', 20],
  ['not-verified', 10],
  ['wrong-root', 10],
  ['bundle-elsewhere', 40],
])('%s ends with %i', (code, exit) => {
  expect(new ProvenanceError(code, 'x')).toMatchObject({ exitCode: exit, name: 'ProvenanceError' });
});

const thrower = (error: unknown) => () => {
  throw error;
};

test('what is thrown by others is thrown as ours, and ours as it is', () => {
  expect(guarded('bad-root', 'x', () => 5)).toBe(5);
  const ours = new ProvenanceError('too-many', 'ours');
  expect(expectError(() => guarded('bad-root', 'x', thrower(ours)), 'too-many', 'ours')).toBe(ours);
  const room = new Asn1Error('bad-der', 'a certificate: is cut off');
  expect(
    expectError(() => guarded('bad-root', 'x', thrower(room)), 'bad-root', 'a certificate: is cut off').cause,
  ).toBe(room);
  const engine = new TypeError('is\u202enot a function');
  expect(
    expectError(() => guarded('bad-root', 'x', thrower(engine)), 'bad-root', 'x: is\\u{202e}not a function').cause,
  ).toBe(engine);
});

test('an exception is a failed check', () => {
  const ours = new ProvenanceError('media-type', 'unknown', { hint: 'do this' });
  expect(broken(ours)).toEqual({ state: 'failed', exit: 20, summary: 'unknown', hint: 'do this' });
  expect(broken(new ProvenanceError('bad-root', 'x'))).toEqual({ state: 'failed', exit: 30, summary: 'x' });
  expect(broken(new TypeError('oops'))).toEqual({
    state: 'failed',
    exit: 1,
    summary: 'the check itself broke (oops)',
    hint: 'please report this, with the bundle if it is public',
  });
});

test('outcomes', () => {
  expect(passed('a')).toEqual({ state: 'passed', exit: 0, summary: 'a' });
  expect(failed('a', { found: 'b' })).toEqual({ state: 'failed', exit: 10, summary: 'a', found: 'b' });
  expect(notChecked('a', { hint: 'b' })).toEqual({ state: 'not-checked', exit: 13, summary: 'a', hint: 'b' });
  const checks = onlyBundle(passed('a'), 'b');
  expect(Object.keys(checks)).toEqual([...PROVENANCE_CHECK_IDS]);
  expect(Object.values(checks)).toEqual([passed('a'), ...Array(10).fill(notChecked('b'))]);
});
