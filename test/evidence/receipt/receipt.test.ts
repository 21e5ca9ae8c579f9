import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_RECEIPT_BYTES } from '../../../src/evidence/receipt/limits.ts';
import { EVENT_STATES, readReceipt, receiptBytes, type ReceiptQuote } from '../../../src/evidence/receipt/receipt.ts';
import { statementBytes } from '../../../src/evidence/receipt/statement.ts';
import { holds } from '../../support/property.ts';
import { failureOf, STATEMENT, STATEMENT_TEXT } from './samples.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const KIB = 1024;
const MIB = 1024 * KIB;
const QUOTE: ReceiptQuote = { quote: new Uint8Array([1, 2, 0xff]), eventLog: '[{"a":"\u00e4"}]', vmConfig: '{}' };
const GOOD = receiptBytes({ statementBytes: statementBytes(STATEMENT), event: 'emitted', quote: QUOTE });
const file = (): Record<string, unknown> => JSON.parse(Buffer.from(GOOD).toString('utf8'));
const read = (value: unknown) => () => readReceipt(utf8(JSON.stringify(value)));

test('the file, member by member', () => {
  expect(Buffer.from(GOOD).toString('utf8').endsWith('}\n')).toBe(true);
  expect(Object.entries(file())).toEqual([
    ['schema', 'trusted-workload-launcher/receipt/v1'],
    ['statement', STATEMENT_TEXT],
    ['event', 'emitted'],
    ['quote', '0102ff'],
    ['event_log', '[{"a":"\u00e4"}]'],
    ['vm_config', '{}'],
  ]);
});

test('it reads back', () => {
  expect(readReceipt(GOOD)).toEqual({
    statementBytes: statementBytes(STATEMENT),
    statement: STATEMENT,
    event: 'emitted',
    quote: QUOTE,
  });
});

test.each(EVENT_STATES)('without a quote: %s', (event) => {
  const bytes = receiptBytes({ statementBytes: statementBytes(STATEMENT), event, quote: undefined });
  expect(JSON.parse(Buffer.from(bytes).toString('utf8'))).toMatchObject({
    quote: null,
    event_log: null,
    vm_config: null,
  });
  expect(readReceipt(bytes)).toMatchObject({ event, quote: undefined });
});

describe('refused', () => {
  test.each<[string, unknown, string, string?]>([
    ['no object', [], 'the receipt is an array, not an object'],
    ['null', null, 'the receipt is null, not an object'],
    ['an older launcher', { ...file(), schema: 'x' }, "schema is not 'trusted-workload-launcher/receipt/v1'"],
    ['a number', { ...file(), schema: 1 }, "schema is not 'trusted-workload-launcher/receipt/v1'"],
    [
      'a version to come',
      { schema: 'trusted-workload-launcher/receipt/v2', more: 1 },
      'the receipt is of schema trusted-workload-launcher/receipt/v2; trusted-workload-launcher/receipt/v1 is known',
      'unknown-version',
    ],
    [
      'a version to come of two digits',
      { schema: 'trusted-workload-launcher/receipt/v10' },
      'the receipt is of schema trusted-workload-launcher/receipt/v10',
      'unknown-version',
    ],
    ['words before', { ...file(), schema: 'x/trusted-workload-launcher/receipt/v2' }, 'schema is not'],
    ['words behind', { ...file(), schema: 'trusted-workload-launcher/receipt/v2x' }, 'schema is not'],
    ['no version', { ...file(), schema: 'trusted-workload-launcher/receipt/vx' }, 'schema is not'],
    ['more', { ...file(), x: 1 }, "the receipt has a key 'x', which is none of a receipt's"],
    ['an unknown event', { ...file(), event: 'x' }, 'event is none of emitted, found, unsupported, failed'],
    ['a statement that is no text', { ...file(), statement: {} }, 'statement is of type object, not a string'],
    ['a statement that is none', { ...file(), statement: '{}' }, "the statement has no 'claim'"],
    ['half a quote', { ...file(), event_log: null }, 'event_log is null, not a string'],
    ['a log alone', { ...file(), quote: null, vm_config: null }, 'quote is null, not a string'],
    ['a config alone', { ...file(), quote: null, event_log: null }, 'quote is null, not a string'],
    ['no config', { ...file(), vm_config: null }, 'vm_config is null, not a string'],
    ['an empty quote', { ...file(), quote: '' }, 'quote is empty'],
    ['no hex', { ...file(), quote: 'xx' }, 'quote is not hex'],
    ['a large quote', { ...file(), quote: '00'.repeat(64 * KIB + 1) }, 'quote is longer than 65536 bytes', 'too-large'],
    [
      'a large log',
      { ...file(), event_log: 'x'.repeat(4 * MIB + 1) },
      'event_log is larger than 4194304 bytes',
      'too-large',
    ],
    [
      'a large config',
      { ...file(), vm_config: 'x'.repeat(MIB + 1) },
      'vm_config is larger than 1048576 bytes',
      'too-large',
    ],
  ])('%s', (_, value, message, code = 'bad-receipt') => {
    expect(failureOf(read(value))).toEqual({ code, message: expect.stringContaining(message) });
  });

  test.each(Object.keys(file()))('without %s', (key) => {
    const { [key]: _, ...rest } = file();
    expect(failureOf(read(rest))).toEqual({ code: 'bad-receipt', message: `the receipt has no '${key}'` });
  });

  test('more than its size', () => {
    const bytes = Buffer.alloc(MAX_RECEIPT_BYTES + 1, ' ');
    expect(failureOf(() => readReceipt(bytes))).toEqual({
      code: 'too-large',
      message: `the receipt is larger than ${14 * MIB} bytes`,
    });
    expect(failureOf(() => readReceipt(bytes.subarray(1)))?.code).toBe('bad-receipt');
  });

  test('a version to come says what to do', () => {
    expect(read({ schema: 'trusted-workload-launcher/receipt/v2' })).toThrow(
      expect.objectContaining({ hint: 'use a newer version of this program' }),
    );
  });

  test('nesting', () => {
    expect(failureOf(read({ ...file(), event: [[]] }))?.message).toContain('more than 2 levels of nesting');
  });
});

describe('bounds', () => {
  const write = (quote: Partial<ReceiptQuote>) => () =>
    receiptBytes({ statementBytes: statementBytes(STATEMENT), event: 'found', quote: { ...QUOTE, ...quote } });

  test('the largest of each is written and read', () => {
    const largest = {
      quote: new Uint8Array(64 * KIB),
      eventLog: 'x'.repeat(4 * MIB),
      vmConfig: 'x'.repeat(MIB),
    };
    expect(readReceipt(write(largest)()).quote).toEqual(largest);
  });

  test.each<[string, Partial<ReceiptQuote>, string]>([
    ['quote', { quote: new Uint8Array(64 * KIB + 1) }, 'the quote is larger than 65536 bytes'],
    ['log', { eventLog: `\u00e4${'x'.repeat(4 * MIB - 1)}` }, 'event_log is larger than 4194304 bytes'],
    ['config', { vmConfig: `\u00e4${'x'.repeat(MIB - 1)}` }, 'vm_config is larger than 1048576 bytes'],
    ['escapes', { eventLog: '\u0001'.repeat(4 * MIB) }, 'the receipt is larger than 14680064 bytes'],
  ])('%s', (_, quote, message) => {
    expect(failureOf(write(quote))).toEqual({ code: 'too-large', message });
  });
});

test('whatever is done to a receipt, it is read or refused', () =>
  holds(
    fc.property(fc.nat(GOOD.length - 1), fc.nat(255), (at, byte) => {
      const changed = Uint8Array.from(GOOD);
      changed[at] = byte;
      expect(failureOf(() => readReceipt(changed))?.code ?? 'read').toMatch(/^(?:read|bad-receipt|unknown-version)$/);
    }),
  ));
