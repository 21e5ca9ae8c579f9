import { type JsonObject, integerOf, objectOf, optional, parseJson, stringOf } from '../base/json.ts';
import { EvidenceError } from './errors.ts';
import { bytesOfHex } from './hex.ts';
import { MAX_MR_CONFIG_BYTES } from './limits.ts';

const NAME = 'the mr_config document';

/** The parts of a V3 document that are compared; the others are covered by its hash. */
export interface MrConfigDocument {
  readonly composeHash: Uint8Array;
  readonly appId: Uint8Array | undefined;
  /** As written: `none`, `kms`, `local`, `local-sgx` or `tpm`. */
  readonly keyProvider: string;
  readonly keyProviderId: Uint8Array | undefined;
  readonly instanceId: Uint8Array | undefined;
}

const hexAt = (object: JsonObject, key: string): Uint8Array | undefined => {
  const text = optional(stringOf, object[key], `${NAME}: ${key}`);
  return text === undefined ? undefined : bytesOfHex(text, `${NAME}: ${key}`);
};

/**
 * Reads the preimage of a V3 `mr_config_id`. Throws `JsonError`, and {@link EvidenceError} `bad-attestation` where
 * its version is not 3, `bad-hex`, `bad-length`.
 */
export const readMrConfigDocument = (text: string): MrConfigDocument => {
  const object = objectOf(parseJson(text, { name: NAME, maxBytes: MAX_MR_CONFIG_BYTES }), NAME);
  const version = integerOf(object.version, `${NAME}: version`);
  if (version !== 3) throw new EvidenceError('bad-attestation', `${NAME} is of version ${version}, not 3`);
  return {
    composeHash: bytesOfHex(stringOf(object.compose_hash, `${NAME}: compose_hash`), `${NAME}: compose_hash`, {
      length: 32,
    }),
    appId: hexAt(object, 'app_id'),
    keyProvider: stringOf(object.key_provider, `${NAME}: key_provider`),
    keyProviderId: hexAt(object, 'key_provider_id'),
    instanceId: hexAt(object, 'instance_id'),
  };
};
