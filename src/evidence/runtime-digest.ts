import { sameBytes, sha384, u32le, utf8 } from './bytes.ts';
import { EvidenceError } from './errors.ts';
import { hexOf } from './hex.ts';
import { type LogEvent, RUNTIME_EVENT_TYPE } from './log-event.ts';

const SEPARATOR = utf8(':');

/** The digest of a V1 runtime event: SHA-384 of the type (4 bytes, little-endian), `:`, the name, `:`, the payload. */
export const digestV1 = (name: string, payload: Uint8Array): Uint8Array =>
  sha384(u32le(RUNTIME_EVENT_TYPE), SEPARATOR, utf8(name), SEPARATOR, payload);

/**
 * What a V2 runtime event hashes: the RFC 8785 text of its name, payload and type. RFC 8785 writes strings as
 * `JSON.stringify` does (3.2.2.2) and sorts the keys as they stand here.
 */
export const preimageV2 = (name: string, payload: Uint8Array): Uint8Array =>
  utf8(`{"name":${JSON.stringify(name)},"payload":"${hexOf(payload)}","type":${RUNTIME_EVENT_TYPE}}`);

const digestOf = ({ version, name, payload, preimage }: LogEvent, label: string): Uint8Array => {
  if (version === 1) {
    if (preimage !== undefined) {
      throw new EvidenceError('bad-preimage', `${label} is of version 1 and has a preimage, which only version 2 has`);
    }
    // "a:b" with payload "c" and "a" with payload "b:c" have one digest.
    if (name.includes(':')) {
      throw new EvidenceError('ambiguous-name', `${label} has ':' in its name, so its digest fits other names too`, {
        hint: "emit events whose names hold no ':'",
      });
    }
    return digestV1(name, payload);
  }
  const canonical = preimageV2(name, payload);
  if (preimage !== undefined && !sameBytes(preimage, canonical)) {
    throw new EvidenceError('bad-preimage', `${label}: its preimage is not the RFC 8785 text of its name and payload`);
  }
  return sha384(canonical);
};

/**
 * The digest of a runtime event, made from its name and payload and never taken from the log: agents from 0.5.6 leave
 * it out there, and a host can edit a payload and keep the digest. Where the log gives one it must be the same.
 * `label` names the event. Throws {@link EvidenceError} `event-type`, `ambiguous-name`, `bad-preimage`,
 * `digest-mismatch`.
 */
export const runtimeDigest = (event: LogEvent, label: string): Uint8Array => {
  if (event.eventType !== RUNTIME_EVENT_TYPE) {
    const type = event.eventType.toString(16);
    throw new EvidenceError('event-type', `${label} is of type 0x${type}, which nothing extends into RTMR3`);
  }
  const digest = digestOf(event, label);
  if (event.digest !== undefined && !sameBytes(event.digest, digest)) {
    throw new EvidenceError('digest-mismatch', `${label}: its digest does not match its name and payload`);
  }
  return digest;
};
