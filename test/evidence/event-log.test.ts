import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { eventLabel, listed } from '../../src/evidence/event-label.ts';
import { readEventLogBytes } from '../../src/evidence/event-log-bytes.ts';
import { bytesOfHex, hexOf } from '../../src/evidence/hex.ts';
import { MAX_EVENTS, MAX_EVENT_LOG_BYTES } from '../../src/evidence/limits.ts';
import { readEventLog } from '../../src/evidence/read-event-log.ts';
import { failure, hex, runtime, text, thrownBy } from './support.ts';

const DIGEST = 'ab'.repeat(48);
const whole = {
  imr: 3,
  event_type: 134217729,
  digest: DIGEST,
  event: 'app-id',
  event_payload: '00ff',
  version: 2,
  preimage: '7b7d',
  extra: 'kept out',
};
const without = (key: string): object => Object.fromEntries(Object.entries(whole).filter(([name]) => name !== key));

describe('hex', () => {
  test.each([
    ['', ''],
    ['00ff', '00ff'],
    ['0AFF', '0aff'],
    ['09af', '09af'],
    ['1234', '1234'],
  ])('%j is read', (given, bytes) => {
    const read = bytesOfHex(given, 'x');
    expect(hexOf(read)).toBe(bytes);
    expect(read.constructor).toBe(Uint8Array);
  });

  test.each(['0', 'aA', '0x00', ' 00', '00\n', 'gg', 'AAg0', 'é0'])('%j is not', (given) =>
    expect(failure(() => bytesOfHex(given, 'x\n'))).toBe(
      'bad-hex: x\\n is not hex: an even number of digits, in one case, and nothing else',
    ),
  );

  test('lengths are bounded, each at its end', () => {
    expect(bytesOfHex('0011', 'x', { length: 2, maxLength: 2 })).toHaveLength(2);
    expect(failure(() => bytesOfHex('0011', 'x', { length: 1 }))).toBe('bad-length: x has 4 hex digits, not 2');
    expect(failure(() => bytesOfHex('00', 'x', { length: 2 }))).toBe('bad-length: x has 2 hex digits, not 4');
    expect(failure(() => bytesOfHex('0011', 'x', { maxLength: 1 }))).toBe('too-large: x is longer than 1 bytes');
  });
});

describe('readEventLog', () => {
  test('reads every field, and leaves unknown keys alone', () => {
    const [event, ...more] = readEventLog([whole]);
    expect(more).toEqual([]);
    expect(event).toEqual({
      register: 3,
      eventType: 134217729,
      digest: hex(DIGEST),
      name: 'app-id',
      payload: hex('00ff'),
      version: 2,
      preimage: hex('7b7d'),
    });
  });

  test('tells a payload that is not spelled in lower case', () => {
    expect(readEventLog([{ ...whole, event_payload: '00FF' }])[0]).toMatchObject({
      payloadText: '00FF',
      payload: new Uint8Array([0, 255]),
    });
    expect(readEventLog([whole])[0]).not.toHaveProperty('payloadText');
  });

  test('reads an empty digest and an absent one as undefined, an absent version as 1', () => {
    const event = { imr: 0, event_type: 0xffffffff, event: '', event_payload: '' };
    const expected = {
      register: 0,
      eventType: 0xffffffff,
      digest: undefined,
      name: '',
      payload: hex(''),
      version: 1,
      preimage: undefined,
    };
    expect(readEventLog([event, { ...event, digest: '', version: 1 }])).toEqual([expected, expected]);
    expect(readEventLog([])).toEqual([]);
  });

  test('knows the registers 0 to 3', () =>
    expect(readEventLog([0, 1, 2, 3].map((imr) => ({ ...whole, imr }))).map(({ register }) => register)).toEqual([
      0, 1, 2, 3,
    ]));

  test.each([
    [{}, 'wrong-type: the event log is of type object, not an array'],
    [undefined, 'missing: the event log is missing'],
    [[null], 'wrong-type: event 1 is null, not an object'],
    [[whole, 1], 'wrong-type: event 2 is of type number, not an object'],
    [[without('imr')], 'missing: event 1.imr is missing'],
    [[{ ...whole, imr: 4 }], 'bad-event-log: event 1 names register 4; there are 0 to 3'],
    [[{ ...whole, imr: -1 }], 'wrong-type: event 1.imr is -1, not a whole number from 0 to 2^53 - 1'],
    [[without('event_type')], 'missing: event 1.event_type is missing'],
    [[{ ...whole, event_type: 2 ** 32 }], 'bad-event-log: event 1 is of type 4294967296, beyond 32 bits'],
    [[without('event')], 'missing: event 1.event is missing'],
    [[without('event_payload')], 'missing: event 1.event_payload is missing'],
    [[{ ...whole, event_payload: '0g' }], 'bad-hex: event 1.event_payload is not hex'],
    [[{ ...whole, event_payload: 'ab'.repeat(65537) }], 'too-large: event 1.event_payload is longer than 65536 bytes'],
    [[{ ...whole, digest: null }], 'wrong-type: event 1.digest is null, not a string'],
    [[{ ...whole, digest: 'ab' }], 'bad-length: event 1.digest has 2 hex digits, not 96'],
    [[{ ...whole, digest: 'zz'.repeat(48) }], 'bad-hex: event 1.digest is not hex'],
    [[{ ...whole, version: 0 }], 'bad-event-log: event 1 is of version 0; 1 and 2 are known'],
    [[{ ...whole, version: 3 }], 'bad-event-log: event 1 is of version 3; 1 and 2 are known'],
    [[{ ...whole, version: '2' }], 'wrong-type: event 1.version is of type string, not a number'],
    [[{ ...whole, preimage: 'x' }], 'bad-hex: event 1.preimage is not hex'],
    [[{ ...whole, preimage: 5 }], 'wrong-type: event 1.preimage is of type number, not a string'],
    [[{ ...whole, preimage: 'ab'.repeat(137281) }], 'too-large: event 1.preimage is longer than 137280 bytes'],
    [[{ ...whole, event: 'n'.repeat(1025) }], 'too-large: event 1 has a name longer than 1024 bytes'],
    [[{ ...whole, event: 'é'.repeat(513) }], 'too-large: event 1 has a name longer than 1024 bytes'],
  ])('refuses %#', (json, message) => expect(failure(() => readEventLog(json))).toContain(message));

  test('reads what is just within the limits', () => {
    const event = {
      ...whole,
      event: 'n'.repeat(1024),
      event_payload: 'ab'.repeat(65536),
      preimage: 'ab'.repeat(137280),
    };
    expect(readEventLog([event])[0]?.payload).toHaveLength(65536);
    expect(readEventLog(new Array(MAX_EVENTS).fill(whole))).toHaveLength(4096);
    expect(failure(() => readEventLog(new Array(MAX_EVENTS + 1).fill(whole)))).toBe(
      'too-large: the event log has 4097 events, more than 4096',
    );
  });
});

describe('readEventLogBytes', () => {
  const json = JSON.stringify([whole]);
  const compressed = (content: Uint8Array): Uint8Array => Buffer.concat([text('ELGZv1'), gzipSync(content)]);

  test('reads JSON, and JSON compressed behind its mark', () => {
    const expected = readEventLog([whole]);
    expect(readEventLogBytes(text(json))).toEqual(expected);
    expect(readEventLogBytes(compressed(text(json)))).toEqual(expected);
  });

  test.each([
    [text(''), 'truncated: the event log is not the JSON'],
    [text('{}'), 'wrong-type: the event log is of type object'],
    [text('[{"imr":1,"imr":2}]'), 'duplicate-key: the event log'],
    [text('ELGZv1'), 'bad-event-log: the event log is marked as compressed and is not gzip'],
    [text('ELGZv1junk'), 'bad-event-log: the event log is marked as compressed and is not gzip'],
    [compressed(text(json)).subarray(0, -9), 'bad-event-log: the event log is marked as compressed and is not gzip'],
    [
      Buffer.concat([compressed(text(json)), hex('00')]),
      'bad-event-log: the event log has bytes behind its compressed end',
    ],
    [
      Buffer.concat([compressed(text(json)), hex('01')]),
      'bad-event-log: the event log is marked as compressed and is not gzip',
    ],
    [gzipSync(text(json)), 'not-utf8: the event log is not UTF-8'],
    [text('ELGZv2[]'), 'syntax: the event log is not the JSON'],
    [compressed(text('nope')), 'syntax: the event log is not the JSON'],
  ])('refuses %#', (bytes, message) => expect(failure(() => readEventLogBytes(bytes))).toContain(message));

  test('does not inflate beyond the limit', () => {
    const bomb = compressed(new Uint8Array(MAX_EVENT_LOG_BYTES + 1).fill(0x20));
    expect(bomb.length).toBeLessThan(20_000);
    expect(failure(() => readEventLogBytes(bomb))).toBe('too-large: the event log inflates to more than 4194304 bytes');
    expect((thrownBy(() => readEventLogBytes(bomb)) as Error).cause).toBeInstanceOf(RangeError);
    expect((thrownBy(() => readEventLogBytes(text('ELGZv1junk'))) as Error).cause).toBeInstanceOf(Error);
    const full = new Uint8Array(MAX_EVENT_LOG_BYTES).fill(0x20);
    full.set(text('[]'));
    expect(readEventLogBytes(compressed(full))).toEqual([]);
    expect(failure(() => readEventLogBytes(new Uint8Array(MAX_EVENT_LOG_BYTES + 1)))).toContain(
      'too-large: the event log is larger',
    );
  });
});

describe('labels', () => {
  test('name an event by its place and its name, escaped, or by its type', () => {
    expect(eventLabel(0, runtime('a\u001bb'))).toBe("event 1 'a\\x1bb'");
    expect(eventLabel(6, runtime('', undefined, { eventType: 0x80000001 }))).toBe('event 7 (type 0x80000001)');
  });

  test('are counted where they are many', () => {
    const labels = Array.from({ length: 42 }, (_, index) => `e${index}`);
    expect(listed(labels)).toBe(`${labels.slice(0, 40).join(', ')} and 2 more`);
    expect(listed(labels.slice(0, 40))).toBe(labels.slice(0, 40).join(', '));
  });
});
