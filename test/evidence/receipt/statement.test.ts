import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { attestReportData, NONCE_BYTES } from '../../../src/evidence/receipt/attest.ts';
import { ReceiptError, type ReceiptErrorCode } from '../../../src/evidence/receipt/errors.ts';
import { MAX_STATEMENT_BYTES } from '../../../src/evidence/receipt/limits.ts';
import { readStatement } from '../../../src/evidence/receipt/read-statement.ts';
import {
  LAUNCHER_EVENT,
  receiptDigest,
  receiptReportData,
  statementBytes,
} from '../../../src/evidence/receipt/statement.ts';
import { CLAIM, CLAIM_TEXT, failureOf, STATEMENT, STATEMENT_TEXT } from './samples.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const hash = (name: string, ...parts: (string | Uint8Array)[]): string => {
  const made = createHash(name);
  for (const part of parts) made.update(part);
  return made.digest('hex');
};

test('a statement has the one text of RFC 8785', () => {
  expect(Buffer.from(statementBytes(STATEMENT)).toString('utf8')).toBe(STATEMENT_TEXT);
});

test('the digest is that of the claim, which stands in the statement, and not of the times', () => {
  expect(STATEMENT_TEXT).toContain(CLAIM_TEXT);
  expect(hex(receiptDigest(CLAIM))).toBe(hash('sha256', CLAIM_TEXT));
  expect(LAUNCHER_EVENT).toBe('trusted-workload-launcher');
});

test('report data are SHA-512 behind a tag', () => {
  expect(hex(receiptReportData(utf8('{}')))).toBe(hash('sha512', 'trusted-workload-launcher/receipt/v1:{}'));
});

test('report data of twl-attest: tag, nonce, digest of the receipt', () => {
  const nonce = new Uint8Array(NONCE_BYTES).fill(7);
  const receipt = utf8('receipt');
  const digest = createHash('sha256').update(receipt).digest();
  expect(hex(attestReportData(nonce, receipt))).toBe(hash('sha512', 'twl-attest/v1:', nonce, digest));
});

test.each([0, 31, 33])('a nonce of %i bytes is none', (length) => {
  expect(failureOf(() => attestReportData(new Uint8Array(length), utf8('')))).toEqual({
    code: 'bad-receipt',
    message: `the nonce has ${length} bytes, not 32`,
  });
});

test('a statement with half a character cannot be written', () => {
  const broken = { ...STATEMENT, claim: { ...CLAIM, dropped: ['\ud800'] } };
  expect(failureOf(() => statementBytes(broken))).toEqual({
    code: 'bad-receipt',
    message: 'the statement cannot be written: a string holds half a surrogate pair',
  });
});

const padded = (length: number) => {
  const path = (count: number) => ({
    ...STATEMENT,
    claim: { ...CLAIM, entry: { ...CLAIM.entry!, path: 'x'.repeat(count) } },
  });
  const rest = statementBytes(path(0)).length;
  return path(length - rest);
};

test('a statement is bounded', () => {
  const largest = statementBytes(padded(MAX_STATEMENT_BYTES));
  expect(largest.length).toBe(1024 * 1024);
  expect(readStatement(largest).claim.commit).toBe(CLAIM.commit);
  const error = failureOf(() => statementBytes(padded(MAX_STATEMENT_BYTES + 1)));
  expect(error).toEqual({ code: 'too-large', message: 'the statement has 1048577 bytes, more than 1048576' });
  const text = STATEMENT_TEXT + ' '.repeat(MAX_STATEMENT_BYTES + 1 - utf8(STATEMENT_TEXT).length);
  expect(failureOf(() => readStatement(utf8(text)))).toEqual({
    code: 'too-large',
    message: 'the statement is larger than 1048576 bytes',
  });
});

test('what to do about it', () => {
  expect(() => statementBytes(padded(MAX_STATEMENT_BYTES + 1))).toThrow(
    expect.objectContaining({ hint: 'it names submodules and dropped variables: take out what is not needed' }),
  );
  expect(() => readStatement(utf8(STATEMENT_TEXT.replace('"version":1}', '"version":2}')))).toThrow(
    expect.objectContaining({ hint: 'use a newer version of this program' }),
  );
});

test('it reads back', () => {
  expect(readStatement(utf8(STATEMENT_TEXT))).toEqual(STATEMENT);
  const bare = {
    claim: {
      ...CLAIM,
      commit: 'a'.repeat(64),
      tree: 'b'.repeat(64),
      tree_sha256: null,
      entry: null,
      submodules: [],
      dropped: [],
      allowed: [],
    },
    times: { started: '1970-01-01T00:00:00.000Z', pin_ms: 0, source_ms: 0 },
  };
  expect(readStatement(statementBytes(bare))).toEqual(bare);
});

type Loose = { claim: object; times: object };
type Change = [string, (statement: Loose) => unknown, string, ReceiptErrorCode?];

const claim =
  (change: object) =>
  (statement: Loose): unknown => ({ ...statement, claim: { ...statement.claim, ...change } });
const times =
  (change: object) =>
  (statement: Loose): unknown => ({ ...statement, times: { ...statement.times, ...change } });

const SHA256 = '64 lower-case hex digits';
const OBJECT = '40 or 64 lower-case hex digits';
const CHANGES: Change[] = [
  ['no object', () => [], 'the statement is an array, not an object'],
  ['no claim', ({ times }) => ({ times }), "the statement has no 'claim'"],
  ['no times', ({ claim }) => ({ claim }), "the statement has no 'times'"],
  ['more', (one) => ({ ...one, '\u001b': 1 }), "the statement has a key '\\x1b', which is none of a receipt's"],
  ['a claim that is none', (one) => ({ ...one, claim: null }), 'claim is null, not an object'],
  ['no version', (one) => ({ ...one, claim: {} }), "claim has no 'version'"],
  ['version 2', claim({ version: 2 }), 'the statement is of version 2; 1 is known', 'unknown-version'],
  ['a version of words', claim({ version: '1' }), 'claim.version is of type string, not a number'],
  ['more in the claim', claim({ x: 1 }), "claim has a key 'x', which is none of a receipt's"],
  ['a long key', claim({ ['x'.repeat(200)]: 1 }), `claim has a key '${'x'.repeat(100)}', which is none of a receipt's`],
  ['launcher', claim({ launcher: {} }), "claim.launcher has no 'name'"],
  ['launcher.name', claim({ launcher: { name: '', version: '1' } }), 'claim.launcher.name is empty'],
  [
    'launcher.version',
    claim({ launcher: { name: 'a', version: 1 } }),
    'claim.launcher.version is of type number, not a string',
  ],
  ['pin', claim({ pin: { grammar: 1 } }), "claim.pin has no 'sha256'"],
  [
    'pin.grammar',
    claim({ pin: { grammar: -1, sha256: '' } }),
    'claim.pin.grammar is -1, not a whole number from 0 to 2^53 - 1',
  ],
  ['pin.sha256', claim({ pin: { grammar: 1, sha256: 'A'.repeat(64) } }), `claim.pin.sha256 is not ${SHA256}`],
  ['config_sha256', claim({ config_sha256: 'a'.repeat(63) }), `claim.config_sha256 is not ${SHA256}`],
  [
    'config_sha256, digits around',
    claim({ config_sha256: `g${'a'.repeat(63)}` }),
    `claim.config_sha256 is not ${SHA256}`,
  ],
  ['config_sha256, the last', claim({ config_sha256: `${'a'.repeat(63)}g` }), `claim.config_sha256 is not ${SHA256}`],
  ['repository', claim({ repository: '' }), 'claim.repository is empty'],
  ['commit', claim({ commit: 'a'.repeat(41) }), `claim.commit is not ${OBJECT}`],
  ['tree of another format', claim({ tree: 'a'.repeat(64) }), 'claim.tree is not 40 lower-case hex digits'],
  ['tree_sha256', claim({ tree_sha256: 'a'.repeat(40) }), `claim.tree_sha256 is not ${SHA256}`],
  ['entry', claim({ entry: { path: 'a' } }), "claim.entry has no 'sha256'"],
  ['entry.path', claim({ entry: { path: '', sha256: 'a'.repeat(64) } }), 'claim.entry.path is empty'],
  ['entry.sha256', claim({ entry: { path: 'a', sha256: '' } }), `claim.entry.sha256 is not ${SHA256}`],
  ['submodules', claim({ submodules: {} }), 'claim.submodules is of type object, not an array'],
  ['a submodule', claim({ submodules: [{ path: 'a' }] }), "claim.submodules[0] has no 'commit'"],
  ['its path', claim({ submodules: [{ path: '', commit: 'a'.repeat(40) }] }), 'claim.submodules[0].path is empty'],
  ['its commit', claim({ submodules: [{ path: 'a', commit: 'x' }] }), `claim.submodules[0].commit is not ${OBJECT}`],
  ['dropped', claim({ dropped: [''] }), 'claim.dropped[0] is empty'],
  ['dropped, out of order', claim({ dropped: ['A', 'C', 'B'] }), 'claim.dropped[2] is not in order'],
  ['dropped, twice', claim({ dropped: ['A', 'A'] }), 'claim.dropped[1] is not in order'],
  ['allowed', claim({ allowed: [1] }), 'claim.allowed[0] is of type number, not a string'],
  [
    'too many',
    claim({ allowed: new Array(16 * 1024 + 1).fill('A') }),
    'claim.allowed has 16385 items, more than 16384',
    'too-large',
  ],
  ['times', (one) => ({ ...one, times: {} }), "times has no 'started'"],
  ['more times', times({ x: 1 }), "times has a key 'x', which is none of a receipt's"],
  ['no date', times({ started: 'now' }), 'times.started is no time as 2026-01-31T12:00:00.000Z'],
  [
    'no such date',
    times({ started: '2026-02-30T12:00:00.000Z' }),
    'times.started is no time as 2026-01-31T12:00:00.000Z',
  ],
  ['another form', times({ started: '2026-01-31T12:00:00Z' }), 'times.started is no time as 2026-01-31T12:00:00.000Z'],
  ['pin_ms', times({ pin_ms: 0.5 }), 'times.pin_ms is 0.5, not a whole number from 0 to 2^53 - 1'],
  ['source_ms', times({ source_ms: null }), 'times.source_ms is null, not a number'],
  ['too deep', claim({ submodules: [{ path: [[]] }] }), 'more than 4 levels of nesting'],
];

test.each(CHANGES)('refused: %s', (_, change, message, code = 'bad-receipt') => {
  const text = JSON.stringify(change(JSON.parse(STATEMENT_TEXT)));
  const failure = failureOf(() => readStatement(utf8(text)));
  expect(failure).toEqual({ code, message: expect.stringContaining(message) });
});

test('16384 names are taken', () => {
  const dropped = Array.from({ length: 16 * 1024 }, (_, index) => `A${String(index).padStart(5, '0')}`);
  const many = { ...STATEMENT, claim: { ...CLAIM, dropped } };
  expect(readStatement(statementBytes(many)).claim.dropped).toHaveLength(16 * 1024);
});

test.each([
  ['a space', STATEMENT_TEXT.replace(',', ', ')],
  ['another order', `{"times":${JSON.stringify(STATEMENT.times)},"claim":${CLAIM_TEXT}}`],
  ['an escape that need not be', STATEMENT_TEXT.replace('PYTHON', '\\u0050YTHON')],
  ['1.0', STATEMENT_TEXT.replace('"pin_ms":40', '"pin_ms":40.0')],
  ['a line feed at the end', `${STATEMENT_TEXT}\n`],
])('another text of the same statement is refused: %s', (_, text) => {
  expect(failureOf(() => readStatement(utf8(text)))).toEqual({
    code: 'bad-receipt',
    message: 'the statement is not written as RFC 8785 says',
  });
});

test('a key given twice is refused, and bytes that are no text', () => {
  const twice = STATEMENT_TEXT.replace('{"claim"', '{"claim":{},"claim"');
  expect(failureOf(() => readStatement(utf8(twice)))?.code).toBe('bad-receipt');
  expect(failureOf(() => readStatement(new Uint8Array([0x22, 0xff, 0x22])))).toEqual({
    code: 'bad-receipt',
    message: 'the statement is not UTF-8',
  });
});

test.each<[ReceiptErrorCode, number]>([
  ['too-large', 30],
  ['bad-receipt', 30],
  ['unknown-version', 20],
  ['not-ready', 20],
  ['event-before', 10],
  ['other-launcher', 10],
])('%s ends with %i', (code, status) => {
  const error = new ReceiptError(code, '');
  expect(error.exitCode).toBe(status);
  expect(error.name).toBe('ReceiptError');
});
