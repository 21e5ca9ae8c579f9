import { escapeText } from '../base/escape.ts';
import { EvidenceError } from './errors.ts';
import { eventLabel } from './event-label.ts';
import type { LogEvent } from './log-event.ts';
import { RUNTIME_EVENT_TYPE } from './log-event.ts';
import { type KeyProvider, keyProviderOf, payloadOfLength, storageFsOf } from './system-event-payloads.ts';
import { REPEATED_EVENT, SYSTEM_EVENT_NAMES, SYSTEM_EVENT_ROWS, followRow } from './system-event-rows.ts';

/** What dstack measured while it booted. Worth as much as the replay of RTMR3 that it was read from. */
export interface SystemEvents {
  /** The release lines whose order fits, oldest first: at least one. */
  readonly rows: readonly string[];
  /** 20 bytes. */
  readonly appId: Uint8Array;
  /** 32 bytes: SHA-256 of app-compose.json. */
  readonly composeHash: Uint8Array;
  /** 20 bytes, or empty with `no_instance_id`. */
  readonly instanceId: Uint8Array;
  readonly keyProvider: KeyProvider;
  /** 32 bytes, as the KMS told the guest: a statement, not a measurement of the image. */
  readonly osImageHash: Uint8Array | undefined;
  /** 32 bytes: the measurement of the KMS. */
  readonly mrKms: Uint8Array | undefined;
  readonly storageFs: 'zfs' | 'ext4' | undefined;
  /** 32 bytes each: SHA-256 of the init scripts, in order. */
  readonly initScriptHashes: readonly Uint8Array[];
  readonly rootfsHash: Uint8Array | undefined;
  readonly gpuPolicyHash: Uint8Array | undefined;
  readonly gpuAttestation: Uint8Array | undefined;
}

/** An event after `system-ready`: whoever held the agent's socket wrote it. */
export interface UserEvent {
  /** Its place in the whole log, from 0. */
  readonly index: number;
  readonly name: string;
  readonly payload: Uint8Array;
  /** Where it carries the name of a system event: that it is none. */
  readonly note: string | undefined;
}

export interface RuntimeEvents {
  readonly system: SystemEvents;
  readonly user: readonly UserEvent[];
}

interface Placed {
  readonly index: number;
  readonly event: LogEvent;
}

const READY = 'system-ready';
const labelOf = ({ index, event }: Placed): string => eventLabel(index, event);

/** The events of RTMR3; one of a type that only firmware uses is refused. */
const runtimeEventsOf = (events: readonly LogEvent[]): readonly Placed[] => {
  const placed = events.flatMap((event, index) => (event.register === 3 ? [{ index, event }] : []));
  const odd = placed.find(({ event }) => event.eventType !== RUNTIME_EVENT_TYPE);
  if (odd !== undefined) {
    const type = odd.event.eventType.toString(16);
    throw new EvidenceError('event-type', `${labelOf(odd)} is of type 0x${type}, which nothing extends into RTMR3`);
  }
  return placed;
};

const refuseUnknown = (placed: readonly Placed[]): void => {
  const unknown = placed.find(({ event }) => !SYSTEM_EVENT_NAMES.has(event.name));
  if (unknown !== undefined) {
    throw new EvidenceError(
      'unknown-event',
      `${labelOf(unknown)} stands before system-ready and is no event of dstack`,
    );
  }
};

const refuseDuplicates = (placed: readonly Placed[]): void => {
  const first = new Map<string, Placed>();
  for (const one of placed) {
    const { name } = one.event;
    const earlier = first.get(name);
    if (earlier !== undefined && name !== REPEATED_EVENT) {
      const where = `${labelOf(one)} was already given as event ${earlier.index + 1}`;
      throw new EvidenceError('duplicate-event', `${where}: before system-ready each comes once`);
    }
    first.set(name, one);
  }
};

/** The release lines whose order the names have. */
const rowsOf = (placed: readonly Placed[]): readonly string[] => {
  const names = placed.map(({ event }) => event.name);
  const followed = SYSTEM_EVENT_ROWS.map((row) => ({ ...followRow(row, names), line: row.line }));
  const met = followed.filter(({ wanted }) => wanted === undefined);
  if (met.length > 0) return met.map(({ line }) => line);
  // The row that goes furthest is the one that was meant. It stops before the last name, which ends every row.
  const { fits, wanted, line } = followed.reduce((a, b) => (b.fits > a.fits ? b : a));
  throw new EvidenceError('event-order', `${labelOf(placed[fits]!)} comes where dstack ${line} has '${wanted}'`);
};

const read = (placed: readonly Placed[], rows: readonly string[]): SystemEvents => {
  const optional = <T>(name: string, readPayload: (payload: Uint8Array, label: string) => T): T | undefined => {
    const found = placed.find(({ event }) => event.name === name);
    return found === undefined ? undefined : readPayload(found.event.payload, labelOf(found));
  };
  /** Of names that the order has made certain. */
  const required = <T>(name: string, readPayload: (payload: Uint8Array, label: string) => T): T =>
    optional(name, readPayload)!;
  const ofLength = (lengths: readonly number[]) => (payload: Uint8Array, label: string) =>
    payloadOfLength(payload, lengths, label);
  const hash = ofLength([32]);
  const any = (payload: Uint8Array): Uint8Array => payload;
  for (const name of ['system-preparing', 'boot-mr-done', READY]) required(name, ofLength([0]));
  return {
    rows,
    appId: required('app-id', ofLength([20])),
    composeHash: required('compose-hash', hash),
    instanceId: required('instance-id', ofLength([0, 20])),
    keyProvider: required('key-provider', keyProviderOf),
    osImageHash: optional('os-image-hash', hash),
    mrKms: optional('mr-kms', hash),
    storageFs: optional('storage-fs', storageFsOf),
    initScriptHashes: placed
      .filter(({ event }) => event.name === REPEATED_EVENT)
      .map((one) => hash(one.event.payload, labelOf(one))),
    rootfsHash: optional('rootfs-hash', any),
    gpuPolicyHash: optional('gpu-policy-hash', hash),
    gpuAttestation: optional('gpu-attestation', any),
  };
};

const userEventOf = ({ index, event }: Placed): UserEvent => ({
  index,
  name: event.name,
  payload: event.payload,
  note: SYSTEM_EVENT_NAMES.has(event.name)
    ? `${eventLabel(index, event)} has the name of a system event and comes after ${READY}: an application wrote it`
    : undefined,
});

const refuseHalfGpu = ({ gpuPolicyHash, gpuAttestation }: SystemEvents): void => {
  if ((gpuPolicyHash === undefined) === (gpuAttestation === undefined)) return;
  throw new EvidenceError('event-order', "'gpu-policy-hash' and 'gpu-attestation' come together or not at all");
};

/**
 * What RTMR3's events say, by name. System events are those up to the first `system-ready`: each known, each once
 * (`init-script-hash` excepted), in the order of a release line, so that app-id, compose-hash and instance-id stand
 * before `boot-mr-done`. Whatever comes later is an application's. Digests are not looked at: replay first. Throws
 * {@link EvidenceError} `event-type`, `not-ready`, `unknown-event`, `duplicate-event`, `event-order`, `bad-payload`.
 */
export const readRuntimeEvents = (events: readonly LogEvent[]): RuntimeEvents => {
  const placed = runtimeEventsOf(events);
  const ready = placed.findIndex(({ event }) => event.name === READY);
  if (ready < 0) {
    const names = placed.map(({ event }) => escapeText(event.name)).slice(0, 12);
    throw new EvidenceError('not-ready', `RTMR3 has no event 'system-ready', only: ${names.join(', ') || 'nothing'}`, {
      hint: 'take the evidence after the machine has started; dstack up to 0.3 is not supported',
    });
  }
  const system = placed.slice(0, ready + 1);
  refuseUnknown(system);
  refuseDuplicates(system);
  const meaning = read(system, rowsOf(system));
  refuseHalfGpu(meaning);
  return { system: meaning, user: placed.slice(ready + 1).map(userEventOf) };
};
