import { escapeText } from '../../../base/escape.ts';
import { JsonError, type JsonObject, parseJson, scanJson } from '../../../base/json.ts';
import { CollectError } from '../errors.ts';
import { MAX_ANSWER_BYTES, MAX_ANSWER_DEPTH, MAX_NOISY_BYTES } from '../limits.ts';
import { isAgentInfo, readAgentInfo } from './agent-info.ts';
import { isAttestAnswer, readAttestAnswer, readRawAttestation } from './attestation.ts';
import { isNearPublicData, readNearPublicData } from './near.ts';
import { bytesOfNumbers, type Collected, type Found } from './parts.ts';
import { isPhalaAttestation, readPhalaAttestation } from './phala.ts';
import { isQuoteAnswer, readQuoteAnswer, readRawQuote } from './quote-answer.ts';

/** A kind of answer: what it is called, how it is told apart, and how it is read. */
interface Shape {
  readonly name: string;
  readonly is: (answer: JsonObject) => boolean;
  readonly read: (answer: JsonObject, origin: string) => Found;
}

const SHAPES: readonly Shape[] = [
  { name: "an agent's Info (app_cert and tcb_info)", is: isAgentInfo, read: readAgentInfo },
  { name: 'a quote answer (quote, event_log)', is: isQuoteAnswer, read: readQuoteAnswer },
  { name: 'an Attest answer (attestation)', is: isAttestAnswer, read: readAttestAnswer },
  { name: 'phala cvms attestation --json (app_certificates)', is: isPhalaAttestation, read: readPhalaAttestation },
  { name: "a NEAR MPC node's public_data (tee_participant_info)", is: isNearPublicData, read: readNearPublicData },
];

const LOOKED_FOR = [...SHAPES.map(({ name }) => name), 'the bytes of a quote or of a versioned attestation'].join('; ');

const unrecognised = (origin: string, why: string, cause?: unknown): CollectError =>
  new CollectError('unrecognised', `${escapeText(origin)} ${why}`, {
    hint: `looked for: ${LOOKED_FOR}`,
    ...(cause === undefined ? {} : { cause }),
  });

/** Keys shown of an answer that is none of the known ones. */
const MAX_SHOWN_KEYS = 8;

/** Names what was saved by `--save`: its size has bounds of its own, and its text is no answer of anybody. */
const refuseBundle = ({ schema }: JsonObject, origin: string): void => {
  if (typeof schema !== 'string' || !schema.startsWith('twl-evidence-bundle/')) return;
  throw new CollectError('unrecognised', `${escapeText(origin)} is an evidence bundle, which is read from a file`, {
    hint: 'save it to a file, and name that',
  });
};

const readObject = (answer: JsonObject, origin: string): Found => {
  refuseBundle(answer, origin);
  const [shape, ...others] = SHAPES.filter(({ is }) => is(answer));
  if (shape === undefined) {
    const keys = Object.keys(answer);
    const shown = keys.slice(0, MAX_SHOWN_KEYS).map((key) => escapeText(key.slice(0, 40)));
    const rest = keys.length > MAX_SHOWN_KEYS ? ' and more' : '';
    throw unrecognised(
      origin,
      keys.length === 0 ? 'is an empty object' : `holds no evidence; its keys are ${shown.join(', ')}${rest}`,
    );
  }
  // Which part counts would be our guess.
  if (others.length > 0) {
    const names = [shape, ...others].map(({ name }) => name).join(' and ');
    throw unrecognised(origin, `looks like several kinds of answer at once: ${names}`);
  }
  return shape.read(answer, origin);
};

const beginsWith = (bytes: Uint8Array, ...start: readonly (readonly number[])[]): boolean =>
  start.every((allowed, index) => allowed.includes(bytes[index] ?? -1));

/** Version 4 or 5, ECDSA keys, TEE type TDX, each little-endian (Intel TDX DCAP Quoting Library API, A.3.1). */
const isQuote = (bytes: Uint8Array): boolean => beginsWith(bytes, [4, 5], [0], [2, 3], [0], [0x81], [0], [0], [0]);

/** SCALE begins with 0, MessagePack with a map. No text begins so: 0x80 and above would not be UTF-8. */
const isAttestation = (bytes: Uint8Array): boolean => {
  const first = bytes[0] ?? -1;
  return first === 0 || (first & 0xf0) === 0x80 || first === 0xde || first === 0xdf;
};

const readBinary = (bytes: Uint8Array, origin: string): Found | undefined => {
  if (isQuote(bytes)) return readRawQuote(bytes, origin);
  return isAttestation(bytes) ? readRawAttestation(bytes, origin) : undefined;
};

const readJson = (bytes: Uint8Array, origin: string): unknown => {
  const limits = { name: origin, maxBytes: MAX_ANSWER_BYTES, maxDepth: MAX_ANSWER_DEPTH };
  try {
    try {
      return parseJson(bytes, limits);
    } catch (error) {
      // Commands print other lines around their JSON. Whatever else is wrong stays wrong.
      const isNoisy = error instanceof JsonError && error.code === 'syntax' && bytes.length <= MAX_NOISY_BYTES;
      if (!isNoisy) throw error;
      return scanJson(bytes, limits);
    }
  } catch (cause) {
    if (!(cause instanceof JsonError)) throw cause;
    throw unrecognised(origin, `cannot be read: ${cause.message}`, cause);
  }
};

/** The whole of a text that is nothing but hex digits. */
const hexOnly = (bytes: Uint8Array): Uint8Array | undefined => {
  const text = Buffer.from(bytes).toString('latin1').trim().replace(/^0x/, '');
  return /^(?:[0-9a-f]{2})+$/i.test(text) ? new Uint8Array(Buffer.from(text, 'hex')) : undefined;
};

const readWhole = (bytes: Uint8Array, origin: string): Found => {
  const binary = readBinary(bytes, origin);
  if (binary !== undefined) return binary;
  const hex = hexOnly(bytes);
  if (hex !== undefined) {
    const found = readBinary(hex, `${origin}, as hex`);
    if (found === undefined) throw unrecognised(origin, 'is hex, of neither a quote nor an attestation');
    return found;
  }
  const value = readJson(bytes, origin);
  if (Array.isArray(value)) {
    const found = readBinary(bytesOfNumbers(value, origin, MAX_ANSWER_BYTES), `${origin}, as an array of bytes`);
    if (found === undefined) throw unrecognised(origin, 'is an array of bytes, of neither a quote nor an attestation');
    return found;
  }
  if (typeof value !== 'object' || value === null) throw unrecognised(origin, 'is JSON and no object');
  return readObject(value as JsonObject, origin);
};

/**
 * The evidence in one answer, by what it holds: an agent's `Info`, a quote answer, an `Attest` answer, the output of `phala cvms
 * attestation --json` with noise around it, a NEAR MPC node's `/public_data`, or the bytes of a quote or of a versioned attestation (as
 * they are, in hex, or as a JSON array). `target` is what the user named; `origin` how reports say where it came from. A part
 * that is there and cannot be read becomes a part with its error. Throws CollectError `too-large`, and `unrecognised` where
 * nothing of all that is there.
 */
export const readAnswer = (bytes: Uint8Array, target: string, origin = `saved answer ${target}`): Collected => {
  if (bytes.length > MAX_ANSWER_BYTES) {
    throw new CollectError('too-large', `${escapeText(origin)} is larger than ${MAX_ANSWER_BYTES} bytes`, {
      hint: 'check that this is the file or the address that was meant',
    });
  }
  if (bytes.length === 0) throw unrecognised(origin, 'is empty');
  return { target, ...readWhole(bytes, origin) };
};
