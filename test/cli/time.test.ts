import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTime } from '../../src/cli/time.ts';
import { holds } from '../support/property.ts';

describe('what --at can be', () => {
  test.each([
    ['1786622400', 1_786_622_400],
    ['100000000', 100_000_000],
    ['253402300799', 253_402_300_799],
    ['2026-08-13', 1_786_579_200],
    ['1970-01-01', 0],
    ['9999-12-31', 253_402_214_400],
    ['2024-02-29', 1_709_164_800],
    ['2000-02-29', 951_782_400],
    ['2026-08-13T12:00:00Z', 1_786_622_400],
    ['2026-08-13T12:00:00.999999999Z', 1_786_622_400],
    ['2026-08-13T14:30:00+02:30', 1_786_622_400],
    ['2026-08-13T07:00:00-05:00', 1_786_622_400],
    ['2026-08-12T12:01:00-23:59', 1_786_622_400],
    ['2026-08-13T12:00:00+00:00', 1_786_622_400],
    ['1970-01-01T00:00:00Z', 0],
    ['9999-12-31T23:59:59Z', 253_402_300_799],
    ['1970-01-01T01:00:01+01:00', 1],
  ])('%s', (text, seconds) => {
    expect(readTime(text)).toBe(seconds);
  });
});

const unreadable = '--at is no time that can be read';
const outside = '--at is before 1970 or after 9999';

describe('what it cannot be', () => {
  test.each([
    ['nothing', '', unreadable],
    ['a date without dashes', '20260813', unreadable],
    ['too many seconds to be any', '1234567890123', unreadable],
    ['seconds after 9999', '253402300800', outside],
    ['a negative number', '-1786622400', unreadable],
    ['a fraction of a second', '1786622400.5', unreadable],
    ['an exponent', '1e9', unreadable],
    ['digits of another script', '\u0661\u0667\u0668\u0666\u0666\u0662\u0662\u0664\u0660', unreadable],
    ['a day that no month has', '2026-08-32', unreadable],
    ['a day that this month has not', '2026-02-29', unreadable],
    ['29 February of a year that is none of four hundred', '1900-02-29', unreadable],
    ['month 13', '2026-13-01', unreadable],
    ['month 0', '2026-00-10', unreadable],
    ['day 0', '2026-08-00', unreadable],
    ['hour 24', '2026-08-13T24:00:00Z', unreadable],
    ['minute 60', '2026-08-13T12:60:00Z', unreadable],
    ['a leap second', '2016-12-31T23:59:60Z', unreadable],
    ['no zone', '2026-08-13T12:00:00', unreadable],
    ['a zone without a colon', '2026-08-13T12:00:00+0200', unreadable],
    ['an offset of 24 hours', '2026-08-13T12:00:00+24:00', unreadable],
    ['an offset of 60 minutes', '2026-08-13T12:00:00+01:60', unreadable],
    ['no seconds', '2026-08-13T12:00Z', unreadable],
    ['a space for the T', '2026-08-13 12:00:00Z', unreadable],
    ['lower case', '2026-08-13t12:00:00z', unreadable],
    ['a point without digits', '2026-08-13T12:00:00.Z', unreadable],
    ['ten digits of a second', '2026-08-13T12:00:00.0123456789Z', unreadable],
    ['a space in front', ' 2026-08-13', unreadable],
    ['a line feed behind', '2026-08-13\n', unreadable],
    ['seconds with a line feed behind', '1786622400\n', unreadable],
    ['words', 'yesterday', unreadable],
    ['before 1970', '1969-12-31', outside],
    ['before 1970 by its offset', '1970-01-01T00:00:00+00:01', outside],
    ['after 9999 by its offset', '9999-12-31T23:59:59-00:01', outside],
    ['year 0', '0000-01-01', outside],
    ['a year below 100, which is not of the twentieth century', '0099-01-01', outside],
  ])('%s', (_, text, message) => {
    expect(() => readTime(text)).toThrow(
      expect.objectContaining({
        code: 'usage',
        exitCode: 2,
        message,
        hint: 'write 2026-08-13, 2026-08-13T09:20:00Z or seconds since 1970',
      }),
    );
  });
});

test('every second that a date of JavaScript can write is read back', async () => {
  await holds(
    fc.property(fc.integer({ min: 0, max: 253_402_300_799 }), (seconds) => {
      expect(readTime(new Date(seconds * 1000).toISOString())).toBe(seconds);
      if (seconds >= 100_000_000) expect(readTime(String(seconds))).toBe(seconds);
    }),
  );
});
