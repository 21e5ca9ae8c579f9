import { arrayOf, integerOf, objectOf, optional, stringOf } from '../base/json.ts';
import { EvidenceError } from './errors.ts';
import { bytesOfHex } from './hex.ts';
import { MAX_EVENTS, MAX_EVENT_NAME_BYTES, MAX_EVENT_PAYLOAD_BYTES } from './limits.ts';
import type { LogEvent, Register } from './log-event.ts';

const DIGEST_BYTES = 48;
const MAX_U32 = 0xffffffff;

/** `imr` as a register: the four RTMRs and nothing else. */
export const registerOf = (imr: number, what: string): Register => {
  if (imr !== 0 && imr !== 1 && imr !== 2 && imr !== 3) {
    throw new EvidenceError('bad-event-log', `${what} names register ${imr}; there are 0 to 3`);
  }
  return imr;
};

/** Bounds what both forms of a log hold: a count of events. */
const checkEventCount = (count: number): void => {
  if (count > MAX_EVENTS) {
    throw new EvidenceError('too-large', `the event log has ${count} events, more than ${MAX_EVENTS}`);
  }
};

/** A name of bounded length. */
const checkEventName = (name: string, what: string): string => {
  if (Buffer.byteLength(name) > MAX_EVENT_NAME_BYTES) {
    throw new EvidenceError('too-large', `${what} has a name longer than ${MAX_EVENT_NAME_BYTES} bytes`);
  }
  return name;
};

const versionOf = (value: unknown, what: string): 1 | 2 => {
  const version = optional(integerOf, value, `${what}.version`) ?? 1;
  if (version !== 1 && version !== 2) {
    throw new EvidenceError('bad-event-log', `${what} is of version ${version}; 1 and 2 are known`);
  }
  return version;
};

const readEvent = (value: unknown, index: number): LogEvent => {
  const what = `event ${index + 1}`;
  const event = objectOf(value, what);
  const eventType = integerOf(event.event_type, `${what}.event_type`);
  if (eventType > MAX_U32) throw new EvidenceError('bad-event-log', `${what} is of type ${eventType}, beyond 32 bits`);
  const digest = optional(stringOf, event.digest, `${what}.digest`) ?? '';
  const preimage = optional(stringOf, event.preimage, `${what}.preimage`);
  const payload = stringOf(event.event_payload, `${what}.event_payload`);
  return {
    register: registerOf(integerOf(event.imr, `${what}.imr`), what),
    eventType,
    digest: digest === '' ? undefined : bytesOfHex(digest, `${what}.digest`, { length: DIGEST_BYTES }),
    name: checkEventName(stringOf(event.event, `${what}.event`), what),
    payload: bytesOfHex(payload, `${what}.event_payload`, { maxLength: MAX_EVENT_PAYLOAD_BYTES }),
    ...(payload === payload.toLowerCase() ? {} : { payloadText: payload }),
    version: versionOf(event.version, what),
    // The payload in hex, the name with every character escaped, and what stands around them.
    preimage:
      preimage === undefined
        ? undefined
        : bytesOfHex(preimage, `${what}.preimage`, {
            maxLength: 2 * MAX_EVENT_PAYLOAD_BYTES + 6 * MAX_EVENT_NAME_BYTES + 64,
          }),
  };
};

/**
 * An event log from its parsed JSON, the array of objects `{imr, event_type, digest, event, event_payload, version?,
 * preimage?}` of dstack's cc-eventlog. Keys that it does not know are left alone: they are not measured. A digest
 * that is empty or not there reads as undefined. Only shapes and sizes are checked here. Events are counted from 1 in
 * messages. Throws `JsonError` and {@link EvidenceError} `bad-event-log`, `bad-hex`, `bad-length`, `too-large`.
 */
export const readEventLog = (json: unknown): readonly LogEvent[] => {
  const events = arrayOf(json, 'the event log');
  checkEventCount(events.length);
  return events.map(readEvent);
};
