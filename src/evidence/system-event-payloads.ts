import { JsonError, objectOf, parseJson, stringOf } from '../base/json.ts';
import { textOf } from './bytes.ts';
import { EvidenceError } from './errors.ts';
import { bytesOfHex } from './hex.ts';
import { MAX_EVENT_PAYLOAD_BYTES } from './limits.ts';

/** Who gave the app its keys. */
export interface KeyProvider {
  /** `kms`, `local-sgx`, `none` or `tpm`. */
  readonly name: KeyProviderName;
  /** For `kms` the DER SPKI of the KMS root CA key; for `local-sgx` the MRENCLAVE of the provider; may be empty. */
  readonly id: Uint8Array;
  /** The payload as it was measured. */
  readonly raw: Uint8Array;
}

const KEY_PROVIDER_NAMES = ['kms', 'local-sgx', 'none', 'tpm'] as const;
export type KeyProviderName = (typeof KEY_PROVIDER_NAMES)[number];

const bad = (label: string, what: string, cause?: unknown): EvidenceError =>
  new EvidenceError('bad-payload', `${label}: its payload ${what}`, { cause });

/** A payload of one of these lengths in bytes. */
export const payloadOfLength = (payload: Uint8Array, lengths: readonly number[], label: string): Uint8Array => {
  if (!lengths.includes(payload.length)) throw bad(label, `has ${payload.length} bytes, not ${lengths.join(' or ')}`);
  return payload;
};

/** `zfs` or `ext4`. */
export const storageFsOf = (payload: Uint8Array, label: string): 'zfs' | 'ext4' => {
  const text = textOf(payload);
  if (text !== 'zfs' && text !== 'ext4') throw bad(label, 'is neither zfs nor ext4');
  return text;
};

/** The JSON object `{"name":…,"id":<hex>}`; a key beyond these two is refused. */
export const keyProviderOf = (payload: Uint8Array, label: string): KeyProvider => {
  try {
    const { name, id, ...rest } = objectOf(
      parseJson(payload, { name: 'it', maxBytes: MAX_EVENT_PAYLOAD_BYTES, maxDepth: 2 }),
      'it',
    );
    const known = KEY_PROVIDER_NAMES.find((one) => one === stringOf(name, 'name'));
    if (known === undefined) throw bad(label, 'names no known key provider');
    if (Object.keys(rest).length > 0) throw bad(label, 'has more than name and id');
    return { name: known, id: bytesOfHex(stringOf(id, 'id'), 'id'), raw: payload };
  } catch (error) {
    if (error instanceof JsonError) throw bad(label, `is not the JSON of a key provider: ${error.message}`, error);
    if (error instanceof EvidenceError && error.code !== 'bad-payload') {
      throw bad(label, `is not the JSON of a key provider: ${error.message}`, error);
    }
    throw error;
  }
};
