/** SIMULATED hardware: events of a dstack log, their digests, and the fold into a register (dstack cc-eventlog). */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { bytesOf } from '../bytes.ts';

/** As dstack writes it in JSON; `imr` 0 to 3. */
export interface MockEvent {
  readonly imr: number;
  readonly event_type: number;
  /** Hex of 48 bytes, or empty where it was stripped. */
  readonly digest: string;
  readonly event: string;
  readonly event_payload: string;
  readonly version?: number;
  readonly preimage?: string;
}

export type LogVersion = 1 | 2;

export const RUNTIME_TYPE = 0x08000001;

export const sha384 = (...parts: readonly (Uint8Array | string)[]): Buffer => {
  const hash = createHash('sha384');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

const digestV1 = (name: string, payload: Uint8Array): Buffer => {
  const type = Buffer.alloc(4);
  type.writeUInt32LE(RUNTIME_TYPE);
  return sha384(type, ':', name, ':', payload);
};

/** An event that dstack or an application extends into RTMR3, with the digest it has. */
export const runtimeEvent = (name: string, payload: Uint8Array | string = '', version: LogVersion = 1): MockEvent => {
  const bytes = bytesOf(payload);
  const hex = bytes.toString('hex');
  const event = { imr: 3, event_type: RUNTIME_TYPE, digest: '', event: name, event_payload: hex };
  if (version === 1) return { ...event, digest: digestV1(name, bytes).toString('hex') };
  const preimage = JSON.stringify({ name, payload: hex, type: RUNTIME_TYPE });
  return {
    ...event,
    digest: sha384(preimage).toString('hex'),
    version,
    preimage: Buffer.from(preimage, 'utf8').toString('hex'),
  };
};

/** The digest that was extended: the event's own, or for a stripped runtime event the one it had. */
const extended = (event: MockEvent): Buffer => {
  if (event.digest !== '') return Buffer.from(event.digest, 'hex');
  const version = event.version === 2 ? 2 : 1;
  return Buffer.from(runtimeEvent(event.event, Buffer.from(event.event_payload, 'hex'), version).digest, 'hex');
};

/** The register after all its events: from 48 zeros on, SHA-384 of the value before and the digest. */
export const fold = (events: readonly MockEvent[], imr: number): Buffer => {
  const extensions = events.filter((event) => event.imr === imr).map(extended);
  return extensions.reduce((value, digest) => sha384(value, digest), Buffer.alloc(48));
};

/**
 * How much of a log an answer shows: all; what `GetQuote` leaves since 0.5.6 (no digests of runtime events, no payloads below
 * RTMR3 but the named ACPI ones); or what `Attest` leaves (below RTMR3 the named ACPI events alone).
 */
export type Strip = 'none' | 'get-quote' | 'attest';

const isAcpi = (event: MockEvent): boolean => event.event.startsWith('acpi-');

export const strip = (events: readonly MockEvent[], form: Strip): readonly MockEvent[] => {
  if (form === 'none') return events;
  const kept = form === 'attest' ? events.filter((event) => event.imr === 3 || isAcpi(event)) : events;
  return kept.map((event) => {
    if (event.imr === 3) return { ...event, digest: '' };
    return isAcpi(event) ? event : { ...event, event_payload: '' };
  });
};
