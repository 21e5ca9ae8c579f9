import { escapeText } from '../base/escape.ts';
import type { Certificate } from './certificate.ts';
import { Asn1Error } from './errors.ts';
import { KEY_USAGE } from './extensions.ts';
import { verifySignature } from './signature.ts';

/** Certificates in one chain. */
export const MAX_CHAIN = 10;

const nameOf = ({ commonName, serial }: Certificate): string =>
  commonName === undefined ? `the certificate with serial ${serial}` : `certificate "${escapeText(commonName)}"`;

const utc = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');

/** Throws `bad-now` unless `now` is a finite number: every comparison with NaN is false, so it would pass every check. */
export const requireNow = (now: number): void => {
  if (!Number.isFinite(now)) throw new Asn1Error('bad-now', 'the time to check for is not a finite number of seconds');
};

/** Throws `expired` or `not-yet-valid` (RFC 5280 4.1.2.5: both ends are inside). `now` is seconds since 1970. */
export const verifyValidity = (certificate: Certificate, now: number): void => {
  requireNow(now);
  const { notBefore, notAfter } = certificate;
  if (now < notBefore) {
    throw new Asn1Error('not-yet-valid', `${nameOf(certificate)} is valid from ${utc(notBefore)}`);
  }
  if (now > notAfter) throw new Asn1Error('expired', `${nameOf(certificate)} was valid until ${utc(notAfter)}`);
};

/**
 * Checks that `issuer` issued `child`: the names chain byte for byte, the issuer is a CA that may sign certificates, and its key
 * signed. Says nothing of time, of path lengths or of revocation. Throws `bad-chain`, `not-a-ca`, `bad-signature` and `unsupported-algorithm`.
 */
export const verifyIssued = (child: Certificate, issuer: Certificate): void => {
  if (Buffer.compare(child.issuer, issuer.subject) !== 0) {
    throw new Asn1Error('bad-chain', `${nameOf(child)} names another issuer than ${nameOf(issuer)}`);
  }
  if (!issuer.basicConstraints.ca) throw new Asn1Error('not-a-ca', `${nameOf(issuer)} issued another and is of no CA`);
  if (issuer.keyUsage?.has(KEY_USAGE.keyCertSign) !== true) {
    throw new Asn1Error('not-a-ca', `${nameOf(issuer)} issued another without the key usage for it`);
  }
  verifySignature(child.tbs, child.algorithm, child.signature, issuer.publicKey, nameOf(child));
};

/**
 * Checks that a certificate is of an end entity and that its key may sign what is no certificate. Without this, a CA's key would count for
 * more than its issuer meant it to. Throws `bad-chain`.
 */
export const requireEndEntity = (certificate: Certificate): void => {
  if (certificate.basicConstraints.ca)
    throw new Asn1Error('bad-chain', `${nameOf(certificate)} is of a CA, not of an end entity`);
  if (certificate.keyUsage?.has(KEY_USAGE.digitalSignature) !== true) {
    throw new Asn1Error('bad-chain', `${nameOf(certificate)} signed something without the key usage for it`);
  }
};

const isSelfIssued = ({ issuer, subject }: Certificate): boolean => Buffer.compare(issuer, subject) === 0;

/**
 * Checks a chain, leaf first, its root included, at no particular time: it ends at the given root, each certificate is issued by the
 * next, and no path length is exceeded (RFC 5280 6.1.4; a self-issued intermediate does not count). `root` is DER: the last certificate
 * must be these very bytes. Throws as {@link verifyIssued}, and `wrong-root` and `too-large`.
 */
export const verifyChainSignatures = (chain: readonly Certificate[], root: Uint8Array): void => {
  const last = chain.at(-1);
  if (last === undefined) throw new Asn1Error('bad-chain', 'the chain has no certificate');
  if (chain.length > MAX_CHAIN) {
    throw new Asn1Error('too-large', `the chain has ${chain.length} certificates, more than ${MAX_CHAIN}`);
  }
  if (Buffer.compare(last.der, root) !== 0) {
    throw new Asn1Error('wrong-root', `the chain ends at ${nameOf(last)}, which is not the expected root certificate`);
  }
  let intermediates = 0;
  for (const [index, certificate] of chain.slice(0, -1).entries()) {
    const issuer = chain[index + 1]!;
    verifyIssued(certificate, issuer);
    if (index > 0 && !isSelfIssued(certificate)) intermediates += 1;
    const { pathLength } = issuer.basicConstraints;
    if (pathLength !== undefined && intermediates > pathLength) {
      throw new Asn1Error(
        'bad-chain',
        `${nameOf(issuer)} allows ${pathLength} intermediates below it, not ${intermediates}`,
      );
    }
  }
};

export interface ChainOptions {
  /** The trust anchor, DER. */
  readonly root: Uint8Array;
  /** Seconds since 1970. */
  readonly now: number;
}

/**
 * {@link verifyChainSignatures}, then each certificate's validity at `now`, the root's included: an expired chain is one whose
 * signatures hold. Revocation is the caller's.
 */
export const verifyChain = (chain: readonly Certificate[], { root, now }: ChainOptions): void => {
  requireNow(now);
  verifyChainSignatures(chain, root);
  for (const certificate of chain) verifyValidity(certificate, now);
};
