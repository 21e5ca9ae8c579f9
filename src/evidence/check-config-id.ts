import type { KeyProviderKind } from './app-compose.ts';
import { sameBytes } from './bytes.ts';
import { type ConfigId, configHashV3, isUntaggedOf, readConfigId } from './config-id.ts';
import { EvidenceError } from './errors.ts';
import { hexOf } from './hex.ts';
import { keccak256 } from './keccak.ts';
import { readMrConfigDocument } from './mr-config-document.ts';

/** What the config id is held against. What is undefined is not known. */
export interface ConfigIdInputs {
  /** 32 bytes. */
  readonly composeHash: Uint8Array;
  /** 20 bytes. */
  readonly appId?: Uint8Array | undefined;
  readonly keyProvider?: { readonly kind: KeyProviderKind; readonly id: Uint8Array } | undefined;
  /** The V3 document, where the evidence carries it. */
  readonly mrConfigDocument?: string | undefined;
}

/**
 * `bound`: the hardware's config id covers the compose hash. `unbound`: it is zero and covers nothing. `mismatch`: it
 * is of something else, or of no known form. `cannot-recompute`: its form needs an input that was not given.
 */
export interface ConfigIdCheck {
  readonly state: 'bound' | 'unbound' | 'mismatch' | 'cannot-recompute';
  readonly form: ConfigId['form'];
  /** One sentence without a final stop. */
  readonly summary: string;
  /** Hex of the 32 bytes; undefined where nothing was computed. */
  readonly expected: string | undefined;
  /** Hex of the 32 bytes; all 48 where the form is unknown. */
  readonly found: string | undefined;
}

const LENGTHS = { composeHash: 32, appId: 20 } as const;
const KEY_PROVIDER_CODES: Readonly<Record<KeyProviderKind, number>> = { none: 0, local: 1, kms: 2, tpm: 3 };

type Judged = Pick<ConfigIdCheck, 'state' | 'summary' | 'expected'>;

const compared = (found: Uint8Array, expected: Uint8Array, of: string): Judged =>
  sameBytes(found, expected)
    ? { state: 'bound', summary: `mr_config_id is ${of}`, expected: hexOf(expected) }
    : { state: 'mismatch', summary: `mr_config_id is not ${of}`, expected: hexOf(expected) };

const unknowable = (summary: string): Judged => ({ state: 'cannot-recompute', summary, expected: undefined });

const judgeV2 = (found: Uint8Array, { composeHash, appId, keyProvider }: ConfigIdInputs): Judged => {
  if (appId === undefined) return unknowable('mr_config_id is of form V2, which needs the app id to be recomputed');
  if (keyProvider === undefined) {
    return unknowable('mr_config_id is of form V2, which needs the key provider to be recomputed');
  }
  const kind = Uint8Array.of(KEY_PROVIDER_CODES[keyProvider.kind]);
  const expected = keccak256(Buffer.concat([composeHash, appId, kind, keyProvider.id]));
  return compared(found, expected, 'the V2 hash of compose hash, app id and key provider');
};

/** The first part of the document that says otherwise than what is known; undefined where none does. */
const contradiction = (text: string, { composeHash, appId, keyProvider }: ConfigIdInputs): string | undefined => {
  const document = readMrConfigDocument(text);
  if (!sameBytes(document.composeHash, composeHash)) return 'compose_hash';
  if (document.appId !== undefined && appId !== undefined && !sameBytes(document.appId, appId)) return 'app_id';
  if (keyProvider === undefined) return undefined;
  // The kind is `local` in app-compose and `local-sgx` where the provider names itself.
  const kind = document.keyProvider === 'local-sgx' ? 'local' : document.keyProvider;
  if (kind !== keyProvider.kind) return 'key_provider';
  const { keyProviderId } = document;
  return keyProviderId !== undefined && !sameBytes(keyProviderId, keyProvider.id) ? 'key_provider_id' : undefined;
};

const judgeV3 = (found: Uint8Array, inputs: ConfigIdInputs): Judged => {
  const { mrConfigDocument } = inputs;
  if (mrConfigDocument === undefined) {
    return unknowable('mr_config_id is of form V3, which needs its mr_config document to be recomputed');
  }
  const judged = compared(found, configHashV3(mrConfigDocument), 'the V3 hash of the mr_config document');
  if (judged.state !== 'bound') return judged;
  const key = contradiction(mrConfigDocument, inputs);
  if (key === undefined) return judged;
  return { ...judged, state: 'mismatch', summary: `mr_config_id is of a document whose ${key} is another` };
};

const requireLength = (bytes: Uint8Array | undefined, length: number, what: string): void => {
  if (bytes !== undefined && bytes.length !== length) {
    throw new EvidenceError('bad-length', `${what} has ${bytes.length} bytes, not ${length}`);
  }
};

/**
 * Holds the quote's `mr_config_id` (48 bytes, set by the host before the machine runs and signed with it) against the
 * compose hash. The untagged form of dstack 0.5.1 counts only where it is that very hash and 16 zero bytes. Throws
 * {@link EvidenceError} `bad-length`, and what `readMrConfigDocument` throws.
 */
export const checkConfigId = (bytes: Uint8Array, inputs: ConfigIdInputs): ConfigIdCheck => {
  requireLength(inputs.composeHash, LENGTHS.composeHash, 'the compose hash');
  requireLength(inputs.appId, LENGTHS.appId, 'the app id');
  const id = readConfigId(bytes);
  if (isUntaggedOf(bytes, inputs.composeHash)) {
    const hash = hexOf(inputs.composeHash);
    return {
      state: 'bound',
      form: 'untagged',
      summary: 'mr_config_id is the compose hash',
      expected: hash,
      found: hash,
    };
  }
  switch (id.form) {
    case 'none':
      return {
        state: 'unbound',
        form: id.form,
        summary: 'mr_config_id is zero: the hardware does not bind the app-compose',
        expected: undefined,
        found: undefined,
      };
    case 'unknown':
      return {
        state: 'mismatch',
        form: id.form,
        summary: `mr_config_id is of no known form: its first byte is ${id.tag}`,
        expected: undefined,
        found: hexOf(bytes),
      };
    case 'v2':
      return { ...judgeV2(id.hash, inputs), form: id.form, found: hexOf(id.hash) };
    case 'v3':
      return { ...judgeV3(id.hash, inputs), form: id.form, found: hexOf(id.hash) };
    default:
      return { ...compared(id.hash, inputs.composeHash, 'the compose hash'), form: id.form, found: hexOf(id.hash) };
  }
};
