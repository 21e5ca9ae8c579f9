import { copyOf, sameBytes, sha256 } from './bytes.ts';
import { EvidenceError } from './errors.ts';

/** An app id and an instance id have 20 bytes. */
export const ID_BYTES = 20;

const require20 = (bytes: Uint8Array, what: string): void => {
  if (bytes.length !== ID_BYTES) {
    throw new EvidenceError('bad-length', `${what} has ${bytes.length} bytes, not ${ID_BYTES}`);
  }
};

/** The app id of an app that was given none: the first 20 bytes of its compose hash. */
export const defaultAppId = (composeHash: Uint8Array): Uint8Array => copyOf(composeHash, 0, ID_BYTES);

/**
 * How an app id relates to the compose hash. `default`: it is made from this hash. `explicit`: it was given to the
 * app or kept across upgrades, so that it says which app this is and nothing of its code. Only the compose hash is
 * evidence of code. Throws {@link EvidenceError} `bad-length`.
 */
export const appIdKind = (appId: Uint8Array, composeHash: Uint8Array): 'default' | 'explicit' => {
  require20(appId, 'the app id');
  return sameBytes(appId, defaultAppId(composeHash)) ? 'default' : 'explicit';
};

/**
 * The instance id: the first 20 bytes of SHA-256 of a random seed (20 bytes) and the app id. Throws {@link
 * EvidenceError} `bad-length`.
 */
export const instanceIdOf = (seed: Uint8Array, appId: Uint8Array): Uint8Array => {
  require20(seed, 'the seed of the instance id');
  require20(appId, 'the app id');
  return copyOf(sha256(seed, appId), 0, ID_BYTES);
};
