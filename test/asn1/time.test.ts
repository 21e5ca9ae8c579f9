import { expect, test } from 'vitest';
import fc from 'fast-check';
import type { DerNode } from '../../src/asn1/der.ts';
import { DerReader } from '../../src/asn1/der.ts';
import { timeOf } from '../../src/asn1/time.ts';
import { time } from '../mocks/der.ts';
import { holds } from '../support/property.ts';
import { hex, thrownBy } from './support.ts';

const UTC = 0x17;
const GENERALIZED = 0x18;
const at = (tag: number, text: string): DerNode => ({
  tag,
  bytes: hex(''),
  content: Buffer.from(text, 'latin1'),
  depth: 0,
});

test.each([
  [UTC, '700101000000Z', '1970-01-01T00:00:00Z'],
  [UTC, '500101000000Z', '1950-01-01T00:00:00Z'],
  [UTC, '991231235959Z', '1999-12-31T23:59:59Z'],
  [UTC, '000101000000Z', '2000-01-01T00:00:00Z'],
  [UTC, '491231235959Z', '2049-12-31T23:59:59Z'],
  [UTC, '240229123456Z', '2024-02-29T12:34:56Z'],
  [GENERALIZED, '20500101000000Z', '2050-01-01T00:00:00Z'],
  [GENERALIZED, '19491231235959Z', '1949-12-31T23:59:59Z'],
  [GENERALIZED, '99991231235959Z', '9999-12-31T23:59:59Z'],
])('%i %s', (tag, text, iso) => expect(timeOf(at(tag, text), 't')).toBe(Date.parse(iso) / 1000));

test.each([
  [UTC, '', 't is a time not in the form of RFC 5280'],
  [UTC, '7001010000Z', 't is a time not in the form of RFC 5280'],
  [UTC, '700101000000', 't is a time not in the form of RFC 5280'],
  [UTC, '700101000000+0000', 't is a time not in the form of RFC 5280'],
  [UTC, ' 700101000000Z', 't is a time not in the form of RFC 5280'],
  [UTC, '700101000000Z ', 't is a time not in the form of RFC 5280'],
  [UTC, '700101000000Z\n', 't is a time not in the form of RFC 5280'],
  [UTC, '19700101000000Z', 't is a time not in the form of RFC 5280'],
  [GENERALIZED, '700101000000Z', 't is a time not in the form of RFC 5280'],
  [GENERALIZED, ' 20500101000000Z', 't is a time not in the form of RFC 5280'],
  [GENERALIZED, '20500101000000Z0', 't is a time not in the form of RFC 5280'],
  [GENERALIZED, '20500101000000.5Z', 't is a time not in the form of RFC 5280'],
  [GENERALIZED, '20491231235959Z', 't is a GeneralizedTime where UTCTime is due'],
  [GENERALIZED, '19500101000000Z', 't is a GeneralizedTime where UTCTime is due'],
  [UTC, '701301000000Z', 't is a time that the calendar does not have'],
  [UTC, '700001000000Z', 't is a time that the calendar does not have'],
  [UTC, '700100000000Z', 't is a time that the calendar does not have'],
  [UTC, '230229000000Z', 't is a time that the calendar does not have'],
  [UTC, '700101240000Z', 't is a time that the calendar does not have'],
  [UTC, '700101006000Z', 't is a time that the calendar does not have'],
  [UTC, '700101000060Z', 't is a time that the calendar does not have'],
  [0x04, '700101000000Z', 't is not a time'],
])('refuses %i %j', (tag, text, message) =>
  expect(thrownBy(() => timeOf(at(tag, text), 't'))).toMatchObject({ code: 'bad-time', message, exitCode: 30 }),
);

test('any is read as it was written', () => {
  holds(
    fc.property(
      fc.integer({ min: -60_000_000_000, max: 250_000_000_000 }),
      (seconds) => timeOf(new DerReader(time(seconds), 'x').any('x'), 't') === seconds,
    ),
  );
});
