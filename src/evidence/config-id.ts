import { copyOf, isZero, sameBytes, sha256, utf8 } from './bytes.ts';
import { EvidenceError } from './errors.ts';

const CONFIG_ID_BYTES = 48;
const HASH_BYTES = 32;

/** What the 48 bytes of `mr_config_id` say, by form. `hash` is 32 bytes. */
export type ConfigId =
  /** All zero: the machine was started without. */
  | { readonly form: 'none' }
  /** `hash` is the compose hash. */
  | { readonly form: 'v1'; readonly hash: Uint8Array }
  /** Keccak-256 of compose hash, app id and key provider. */
  | { readonly form: 'v2'; readonly hash: Uint8Array }
  /** SHA-256 of a document. */
  | { readonly form: 'v3'; readonly hash: Uint8Array }
  /** The compose hash without a tag (dstack 0.5.1). */
  | { readonly form: 'untagged'; readonly hash: Uint8Array }
  | { readonly form: 'unknown'; readonly tag: number };

const TAGGED = { 1: 'v1', 2: 'v2', 3: 'v3' } as const;

/**
 * Reads `mr_config_id`. A tag counts where exactly 15 zero bytes follow the hash, and comes before the untagged form,
 * which ends in 16: an untagged hash that begins with 1, 2 or 3 therefore reads as tagged (3 in 256 do).
 * `checkConfigId` knows the compose hash and has no such doubt. Throws {@link EvidenceError} `bad-length`.
 */
export const readConfigId = (bytes: Uint8Array): ConfigId => {
  if (bytes.length !== CONFIG_ID_BYTES) {
    throw new EvidenceError('bad-length', `mr_config_id has ${bytes.length} bytes, not ${CONFIG_ID_BYTES}`);
  }
  if (isZero(bytes)) return { form: 'none' };
  const tag = bytes[0] ?? 0;
  if ((tag === 1 || tag === 2 || tag === 3) && isZero(bytes.subarray(1 + HASH_BYTES))) {
    return { form: TAGGED[tag], hash: copyOf(bytes, 1, 1 + HASH_BYTES) };
  }
  if (isZero(bytes.subarray(HASH_BYTES))) return { form: 'untagged', hash: copyOf(bytes, 0, HASH_BYTES) };
  return { form: 'unknown', tag };
};

/** Whether the 48 bytes are the untagged form of this very compose hash. */
export const isUntaggedOf = (bytes: Uint8Array, composeHash: Uint8Array): boolean =>
  sameBytes(bytes.subarray(0, HASH_BYTES), composeHash) && isZero(bytes.subarray(HASH_BYTES));

const V3_PREFIX = utf8('dstack-mr-config-v3:\0');

/** The hash of a V3 document's text. */
export const configHashV3 = (document: string): Uint8Array => sha256(V3_PREFIX, utf8(document));
