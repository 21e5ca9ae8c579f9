import { sameBytes } from './bytes.ts';
import { EvidenceError } from './errors.ts';
import {
  MAX_ATTESTATION_BYTES,
  MAX_CONFIG_BYTES,
  MAX_EVENTS,
  MAX_EVENT_NAME_BYTES,
  MAX_EVENT_PAYLOAD_BYTES,
  MAX_QUOTE_BYTES,
} from './limits.ts';
import { type LogEvent, RUNTIME_EVENT_TYPE } from './log-event.ts';
import { registerOf } from './read-event-log.ts';
import { REPORT_DATA_BYTES } from './report-data.ts';
import { ScaleReader } from './scale.ts';

const WHAT = 'the attestation';
const DIGEST_BYTES = 48;
/** dstack-attest's platforms, in the order of their tags. */
const PLATFORMS = ['tdx', 'gcp-tdx', 'nitro-enclave', 'sev-snp', 'aws-nitro-tpm'];

/** An event that dstack or an application extended into RTMR3. */
export interface RuntimeEvent {
  readonly name: string;
  readonly payload: Uint8Array;
}

/** A versioned attestation of form V0 (dstack-attest), decoded and not yet believed. All bytes are copies. */
export interface VersionedAttestation {
  readonly platform: 'tdx';
  /** The quote, padding included. */
  readonly quote: Uint8Array;
  /** The event log as given; newer agents strip it. */
  readonly events: readonly LogEvent[];
  /** What RTMR3 is made of. */
  readonly runtimeEvents: readonly RuntimeEvent[];
  /** 64 bytes, to be compared with the quote's. */
  readonly reportData: Uint8Array;
  /** The sys-config document, or only its `vm_config`. */
  readonly config: string;
}

/** MessagePack maps begin so: the form V1. */
const isMessagePackMap = (first: number): boolean => (first & 0xf0) === 0x80 || first === 0xde || first === 0xdf;

const unsupported = (what: string): EvidenceError =>
  new EvidenceError('unsupported-attestation', `${WHAT} is ${what}`, {
    hint: "use the agent's quote and event log instead",
  });

const requireV0 = (first: number | undefined): void => {
  if (first === 0) return;
  if (first === undefined) throw new EvidenceError('bad-attestation', `${WHAT} is empty`);
  if (isMessagePackMap(first)) throw unsupported('of form V1 (MessagePack), which is not supported yet');
  throw new EvidenceError('bad-attestation', `${WHAT} begins with byte ${first}, which no known form does`);
};

const requireTdx = (tag: number): void => {
  if (tag === 0) return;
  const name = PLATFORMS[tag];
  if (name === undefined) throw new EvidenceError('bad-attestation', `${WHAT} is of the unknown platform ${tag}`);
  throw unsupported(`of platform ${name}; only tdx is supported`);
};

const readEvent = (reader: ScaleReader, index: number): LogEvent => {
  const what = `event ${index + 1}`;
  const register = registerOf(reader.u32(`the register of ${what}`), what);
  const eventType = reader.u32(`the type of ${what}`);
  const digest = reader.bytes(DIGEST_BYTES, `the digest of ${what}`);
  if (digest.length !== 0 && digest.length !== DIGEST_BYTES) {
    throw new EvidenceError('bad-length', `${what} has a digest of ${digest.length} bytes, not ${DIGEST_BYTES}`);
  }
  return {
    register,
    eventType,
    digest: digest.length === 0 ? undefined : digest,
    name: reader.string(MAX_EVENT_NAME_BYTES, `the name of ${what}`),
    payload: reader.bytes(MAX_EVENT_PAYLOAD_BYTES, `the payload of ${what}`),
    version: 1,
    preimage: undefined,
  };
};

const readRuntimeEvent = (reader: ScaleReader, index: number): RuntimeEvent => ({
  name: reader.string(MAX_EVENT_NAME_BYTES, `the name of runtime event ${index + 1}`),
  payload: reader.bytes(MAX_EVENT_PAYLOAD_BYTES, `the payload of runtime event ${index + 1}`),
});

const readMany = <T>(
  reader: ScaleReader,
  part: string,
  one: (reader: ScaleReader, index: number) => T,
): readonly T[] => {
  const count = reader.length(MAX_EVENTS, part);
  const all: T[] = [];
  // Not by a sized array: the count is a claim until the bytes are there.
  while (all.length < count) all.push(one(reader, all.length));
  return all;
};

/**
 * Decodes a versioned attestation, the result of `Attest` and of certificate extension 8: SCALE form V0 of platform
 * `tdx`, with nothing after it. Throws {@link EvidenceError} `unsupported-attestation` for other platforms and for
 * form V1, `bad-attestation`, `bad-event-log`, `bad-length`, `too-large`.
 */
export const decodeAttestation = (bytes: Uint8Array): VersionedAttestation => {
  if (bytes.length > MAX_ATTESTATION_BYTES) {
    throw new EvidenceError('too-large', `${WHAT} has ${bytes.length} bytes, more than ${MAX_ATTESTATION_BYTES}`);
  }
  requireV0(bytes[0]);
  const reader = new ScaleReader(bytes.subarray(1), WHAT);
  requireTdx(reader.u8('the platform'));
  const attestation: VersionedAttestation = {
    platform: 'tdx',
    quote: reader.bytes(MAX_QUOTE_BYTES, 'the quote'),
    events: readMany(reader, 'the event log', readEvent),
    runtimeEvents: readMany(reader, 'the list of runtime events', readRuntimeEvent),
    reportData: reader.raw(REPORT_DATA_BYTES, 'the report data'),
    config: reader.string(MAX_CONFIG_BYTES, 'the config'),
  };
  reader.end();
  return attestation;
};

const isSameEvent = (event: LogEvent, runtime: RuntimeEvent | undefined): boolean =>
  runtime !== undefined &&
  event.eventType === RUNTIME_EVENT_TYPE &&
  event.name === runtime.name &&
  sameBytes(event.payload, runtime.payload);

/**
 * The attestation as one event log: RTMR0 to RTMR2 from its event log, RTMR3 from its runtime events, which are what
 * counts in form V0. Where the event log has RTMR3 too, it must say the same, event for event, and its digests stay
 * to be checked. Throws {@link EvidenceError} `contradiction`.
 */
export const toEventLog = ({ events, runtimeEvents }: VersionedAttestation): readonly LogEvent[] => {
  const given = events.filter(({ register }) => register === 3);
  const firmware = events.filter(({ register }) => register !== 3);
  if (given.length === 0) {
    const made = runtimeEvents.map(({ name, payload }): LogEvent => {
      const rest = { digest: undefined, version: 1, preimage: undefined } as const;
      return { register: 3, eventType: RUNTIME_EVENT_TYPE, name, payload, ...rest };
    });
    return [...firmware, ...made];
  }
  if (
    given.length !== runtimeEvents.length ||
    !given.every((event, index) => isSameEvent(event, runtimeEvents[index]))
  ) {
    throw new EvidenceError('contradiction', `${WHAT}: its event log and its runtime events tell RTMR3 differently`);
  }
  return [...firmware, ...given];
};
