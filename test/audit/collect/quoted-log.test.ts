import { describe, expect, test } from 'vitest';
import { quotedLog } from '../../../src/audit/collect/answer/quoted-log.ts';
import { EvidenceError } from '../../../src/evidence/errors.ts';
import { type LogEvent, RUNTIME_EVENT_TYPE } from '../../../src/evidence/log-event.ts';

const event = (name: string, more: Partial<LogEvent> = {}): LogEvent => ({
  register: 3,
  eventType: RUNTIME_EVENT_TYPE,
  digest: undefined,
  name,
  payload: Uint8Array.of(1),
  version: 1,
  preimage: undefined,
  ...more,
});
const firmware = event('', { register: 0, eventType: 1 });
const part = (...value: LogEvent[]) => ({ origin: 'o', value });
const broken = { origin: 'o', error: new EvidenceError('bad-event-log', 'x') };

describe('the log of the certificate and a later one', () => {
  test('what came after is left out, and said to be', () => {
    const found = quotedLog(part(event('a')), part(firmware, event('a'), event('b'), event('c')));
    expect(found?.eventLog).toEqual({
      origin: "o, as far as the certificate's log goes",
      value: [firmware, event('a')],
    });
    expect(found?.note).toMatch(/^2 of the events in o came after the certificate's quote was made, .*twl-attest/);
  });

  test.each<
    [string, ReturnType<typeof part> | typeof broken | undefined, ReturnType<typeof part> | typeof broken | undefined]
  >([
    ['nothing came after', part(event('a')), part(event('a'))],
    ['the certificate has more', part(event('a'), event('b')), part(event('a'))],
    ['another name', part(event('x')), part(event('a'), event('b'))],
    ['another payload', part(event('a', { payload: Uint8Array.of(2) })), part(event('a'), event('b'))],
    ['another type', part(event('a', { eventType: 1 })), part(event('a'), event('b'))],
    ['no log in the certificate', undefined, part(event('a'))],
    ['no log beside it', part(event('a')), undefined],
    ['an unreadable one in the certificate', broken, part(event('a'))],
    ['an unreadable one beside it', part(event('a')), broken],
  ])('%s: the log stands as it is', (_, certificate, current) => {
    expect(quotedLog(certificate, current)).toBeUndefined();
  });
});
