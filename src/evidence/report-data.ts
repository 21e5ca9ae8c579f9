import { sha3of384, sha512, utf8 } from './bytes.ts';
import { EvidenceError } from './errors.ts';

export const REPORT_DATA_BYTES = 64;
const ED25519_BYTES = 32;

const padded = (bytes: Uint8Array): Uint8Array => {
  const data = new Uint8Array(REPORT_DATA_BYTES);
  data.set(bytes);
  return data;
};

/**
 * What a guest agent makes of 0 to 64 bytes of a caller: zero bytes behind them up to 64. No hash and no tag, so that
 * 64 bytes ending in zero stand for shorter ones too. Throws {@link EvidenceError} `bad-length` for more.
 */
export const paddedReportData = (userData: Uint8Array): Uint8Array => {
  if (userData.length > REPORT_DATA_BYTES) {
    throw new EvidenceError('bad-length', `report data has ${userData.length} bytes, more than ${REPORT_DATA_BYTES}`);
  }
  return padded(userData);
};

/**
 * What the quote of an RA-TLS certificate holds: SHA-512 of `ratls-cert:` and the key's SubjectPublicKeyInfo in DER
 * (dstack ra-tls).
 */
export const certificateReportData = (spki: Uint8Array): Uint8Array => sha512(utf8('ratls-cert:'), spki);

/** What the quote of a `dstack-pod` attestation holds: SHA-512 of `app-data:` and the payload (dstack-attest). */
export const appDataReportData = (payload: Uint8Array): Uint8Array => sha512(utf8('app-data:'), payload);

const requireKey = (key: Uint8Array, what: string): void => {
  if (key.length !== ED25519_BYTES) {
    throw new EvidenceError('bad-length', `the ${what} key has ${key.length} bytes, not ${ED25519_BYTES}`);
  }
};

/**
 * What the quote of a NEAR MPC node holds, version 1: the version (2 bytes, big-endian), SHA3-384 of its p2p key and
 * its account key, 14 zero bytes. It is SHA3-384; near/mpc's comments say SHA-384. Throws {@link EvidenceError}
 * `bad-length` for a key that is not 32 bytes.
 */
export const nearReportData = (keys: { readonly p2p: Uint8Array; readonly account: Uint8Array }): Uint8Array => {
  requireKey(keys.p2p, 'p2p');
  requireKey(keys.account, 'account');
  return padded(Buffer.concat([Uint8Array.of(0, 1), sha3of384(keys.p2p, keys.account)]));
};
