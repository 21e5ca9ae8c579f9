import type { Certificate } from './certificate.ts';
import { DerReader, TAG, contextTag, readDer } from './der.ts';
import { Asn1Error } from './errors.ts';
import { KEY_USAGE, readExtensions, refuseUnknownCritical } from './extensions.ts';
import { verifySignature } from './signature.ts';
import { timeOf } from './time.ts';
import { type Algorithm, algorithmOf, smallInteger, unsignedHex, wholeBytes } from './values.ts';

/** One CRL: Intel's have under 4 KiB; room for a revoked platform generation. */
export const MAX_CRL_BYTES = 1024 * 1024;

/** A certificate revocation list, decoded and not yet believed. Byte fields are views of a copy of what was given. */
export interface Crl {
  /** The issuer's Name as DER. */
  readonly issuer: Uint8Array;
  /** Seconds since 1970: in force from `thisUpdate` on and before `nextUpdate`. */
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  /** Serial numbers, lower-case hex without leading zero bytes. */
  readonly revoked: ReadonlySet<string>;
  readonly tbs: Uint8Array;
  readonly algorithm: Algorithm;
  readonly signature: Uint8Array;
}

const readEntries = (reader: DerReader, what: string): Set<string> => {
  const revoked = new Set<string>();
  // An empty list is left out (RFC 5280 5.1.2.6), so the loop runs at least once.
  do {
    const entry = DerReader.inside(reader.next(TAG.sequence, 'an entry'), what);
    revoked.add(unsignedHex(entry.next(TAG.integer, 'the serial number of an entry'), `${what}: an entry`));
    timeOf(entry.any('the revocation date'), `${what}: a revocation date`);
    const extensions = entry.optional(TAG.sequence, 'the extensions of an entry');
    entry.end();
    // The certificateIssuer of an indirect CRL is critical: an entry would be about another issuer's certificate.
    if (extensions !== undefined) refuseUnknownCritical(readExtensions(extensions, what, 'bad-crl'), [], what);
  } while (!reader.done);
  return revoked;
};

/**
 * Decodes one v2 CRL of DER (RFC 5280 5.1), with nothing after it. `nextUpdate` is required, and no critical extension is
 * understood, so that a delta, partial or indirect CRL never passes for a whole one. `what` names it in messages. Throws `Asn1Error`.
 */
export const parseCrl = (bytes: Uint8Array, what: string): Crl => {
  if (bytes.length > MAX_CRL_BYTES) {
    throw new Asn1Error('too-large', `${what} has ${bytes.length} bytes, more than ${MAX_CRL_BYTES}`);
  }
  const outer = DerReader.inside(readDer(new Uint8Array(bytes), TAG.sequence, what), what);
  const tbs = outer.next(TAG.sequence, 'tbsCertList');
  const algorithmOutside = outer.next(TAG.sequence, 'signatureAlgorithm');
  const signature = wholeBytes(outer.next(TAG.bitString, 'signatureValue'), `${what}: signatureValue`);
  outer.end();

  const reader = DerReader.inside(tbs, what);
  // v2 is written as 1.
  if (smallInteger(reader.next(TAG.integer, 'version'), 255, `${what}: version`) !== 1) {
    throw new Asn1Error('bad-crl', `${what} is not of version 2`);
  }
  const algorithmInside = reader.next(TAG.sequence, 'signature');
  if (Buffer.compare(algorithmInside.bytes, algorithmOutside.bytes) !== 0) {
    throw new Asn1Error('bad-crl', `${what} names one signature algorithm inside and another outside`);
  }
  const issuer = reader.next(TAG.sequence, 'issuer').bytes;
  const thisUpdate = timeOf(reader.any('thisUpdate'), `${what}: thisUpdate`);
  const nextUpdate = timeOf(reader.any('nextUpdate'), `${what}: nextUpdate`);
  const entries = reader.optional(TAG.sequence, 'revokedCertificates');
  const wrapped = reader.optional(contextTag(0), 'crlExtensions');
  reader.end();
  if (wrapped !== undefined) {
    const inside = DerReader.inside(wrapped, what);
    const extensions = readExtensions(inside.next(TAG.sequence, 'crlExtensions'), what, 'bad-crl');
    inside.end();
    refuseUnknownCritical(extensions, [], what);
  }
  return {
    issuer,
    thisUpdate,
    nextUpdate,
    revoked: entries === undefined ? new Set() : readEntries(DerReader.inside(entries, what), what),
    tbs: tbs.bytes,
    algorithm: algorithmOf(algorithmInside, `${what}: signature`),
    signature,
  };
};

/**
 * Checks that `issuer` made this CRL; says nothing of time. Throws `bad-chain`, `not-a-ca`, `bad-signature` and
 * `unsupported-algorithm`.
 */
export const verifyCrlSignature = (crl: Crl, issuer: Certificate, what: string): void => {
  if (Buffer.compare(crl.issuer, issuer.subject) !== 0) {
    throw new Asn1Error('bad-chain', `${what} names another issuer than the certificate it is checked with`);
  }
  if (issuer.keyUsage?.has(KEY_USAGE.cRLSign) !== true) {
    throw new Asn1Error('not-a-ca', `${what} is signed by a certificate without the key usage for it`);
  }
  verifySignature(crl.tbs, crl.algorithm, crl.signature, issuer.publicKey, what);
};
