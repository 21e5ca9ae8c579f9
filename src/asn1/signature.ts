import { type KeyObject, verify } from 'node:crypto';
import { Asn1Error } from './errors.ts';
import type { Algorithm } from './values.ts';

/** ecdsa-with-SHA256 (RFC 5758 3.2): its parameters are absent. */
export const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';

/** Throws `unsupported-algorithm` unless the key is one on P-256. */
export const requireP256 = (key: KeyObject, what: string): void => {
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw new Asn1Error('unsupported-algorithm', `${what} has a key that is not on P-256`);
  }
};

/**
 * Checks a signature over `bytes`. The set of algorithms is closed: ECDSA on P-256 with SHA-256, all that Intel's and dstack's
 * chains use. Throws `unsupported-algorithm` and `bad-signature`.
 */
export const verifySignature = (
  bytes: Uint8Array,
  algorithm: Algorithm,
  signature: Uint8Array,
  signer: KeyObject,
  what: string,
): void => {
  if (algorithm.oid !== ECDSA_WITH_SHA256 || algorithm.parameters !== undefined) {
    throw new Asn1Error('unsupported-algorithm', `${what} is signed with ${algorithm.oid}, not ECDSA with SHA-256`);
  }
  requireP256(signer, `the signer of ${what}`);
  if (!verify('sha256', bytes, signer, signature)) {
    throw new Asn1Error('bad-signature', `the signature of ${what} does not verify`);
  }
};
