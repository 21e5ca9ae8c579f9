import { expect, test } from 'vitest';
import { counted, hex, originsOf, utc } from '../../../src/audit/wording.ts';
import { changed, ORIGIN } from '../checks/support.ts';

test.each([
  [0, '1970-01-01T00:00:00Z'],
  [1_790_000_000, '2026-09-21T14:13:20Z'],
  [-1, '1969-12-31T23:59:59Z'],
  [0.5, '1970-01-01T00:00:00.500Z'],
  [8_640_000_000_000, '+275760-09-13T00:00:00Z'],
  [8_640_000_000_001, '8640000000001 s'],
  [Number.NaN, 'NaN s'],
  [Number.POSITIVE_INFINITY, 'Infinity s'],
])('%d seconds are %s', (seconds, text) => {
  expect(utc(seconds)).toBe(text);
});

test('bytes in lower-case hex, whatever array holds them', () => {
  expect(hex(Uint8Array.of(0, 0xab, 0xff))).toBe('00abff');
  expect(hex(new Uint8Array())).toBe('');
  expect(hex(Buffer.from('00abff', 'hex').subarray(1))).toBe('abff');
});

test('origins in the order asked for, without those that are not there', () => {
  const evidence = changed({ vmConfig: undefined });
  expect(originsOf({ evidence }, 'eventLog', 'vmConfig', 'quote')).toEqual([ORIGIN.eventLog, ORIGIN.quote]);
  expect(originsOf({ evidence })).toEqual([]);
});

test.each([
  [0, '0 events'],
  [1, '1 event'],
  [2, '2 events'],
])('%d', (count, text) => {
  expect(counted(count, 'event')).toBe(text);
});
