import { type KeyObject, createHash, createPublicKey, verify } from 'node:crypto';
import { type Certificate, parsePemChain } from '../asn1/certificate.ts';
import { requireEndEntity, verifyChainSignatures, verifyValidity } from '../asn1/chain.ts';
import { requireP256 } from '../asn1/signature.ts';
import { escapeText } from '../base/escape.ts';
import { TdxError, requireNow, withCertificates } from './errors.ts';
import { type PckPlatform, readPckExtension } from './pck-extension.ts';
import type { Quote } from './quote.ts';

/** The key that Intel certified for one platform at one TCB level, and what its certificate says of them. */
export interface Pck extends PckPlatform {
  /** Which of Intel's CAs issued it: multi-package platforms have the first. */
  readonly ca: 'platform' | 'processor';
  readonly leaf: Certificate;
  readonly intermediate: Certificate;
  /** Seconds since 1970 within which all three certificates are valid; both ends are inside. */
  readonly validity: { readonly from: number; readonly until: number };
}

export interface TrustOptions {
  /** The root certificate, DER: `intelRootDer()`, or that of a simulation. Never one that came with the evidence. */
  readonly root: Uint8Array;
  /** The time to check for, seconds since 1970. */
  readonly now: number;
}

const LEAF_NAME = 'Intel SGX PCK Certificate';
const CAS: Readonly<Record<string, 'platform' | 'processor'>> = {
  'Intel SGX PCK Platform CA': 'platform',
  'Intel SGX PCK Processor CA': 'processor',
};

const CHAIN = 'the PCK certificate chain of the quote';

const readPck = (quote: Quote, root: Uint8Array): { pck: Pck; chain: readonly Certificate[] } => {
  const chain = parsePemChain(quote.pckChainPem, CHAIN);
  const [leaf, intermediate, last] = chain;
  if (leaf === undefined || intermediate === undefined || last === undefined || chain.length !== 3) {
    throw new TdxError('bad-chain', `${CHAIN} has ${chain.length} certificates, not 3`);
  }
  verifyChainSignatures(chain, root);
  if (leaf.commonName !== LEAF_NAME) {
    throw new TdxError('bad-chain', `${CHAIN} begins with "${escapeText(leaf.commonName ?? '')}", not "${LEAF_NAME}"`);
  }
  requireEndEntity(leaf);
  const name = intermediate.commonName ?? '';
  const ca = Object.hasOwn(CAS, name) ? CAS[name] : undefined;
  if (ca === undefined) throw new TdxError('bad-chain', `${CHAIN} has "${escapeText(name)}" where a PCK CA is due`);
  requireP256(leaf.publicKey, 'the PCK certificate');
  const validity = {
    from: Math.max(...chain.map(({ notBefore }) => notBefore)),
    until: Math.min(...chain.map(({ notAfter }) => notAfter)),
  };
  return { pck: { ...readPckExtension(leaf), ca, leaf, intermediate, validity }, chain };
};

/** The attestation key as a key: `createPublicKey` refuses a point that is not on the curve. */
const attestationKeyOf = ({ attestationKey }: Quote): KeyObject => {
  const part = (from: number): string => Buffer.from(attestationKey.subarray(from, from + 32)).toString('base64url');
  try {
    return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: part(0), y: part(32) }, format: 'jwk' });
  } catch (cause) {
    throw new TdxError('bad-signature', 'the attestation key is not a point on P-256', { cause });
  }
};

const isSigned = (bytes: Uint8Array, key: KeyObject, signature: Uint8Array): boolean =>
  verify('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }, signature);

/** SGX enclave attribute DEBUG (Intel SDM, volume 3D, "ATTRIBUTES"): anybody may read and change such an enclave. */
const QE_DEBUG = 0x02;

/**
 * Checks that Intel silicon signed this quote: PCK chain to `root` with Intel's names and valid at `now`, PCK over the QE report, QE
 * report over attestation key and QE authentication data, attestation key over header and body. Needs no collateral, and
 * so says nothing of revocation or of how old the platform's firmware is: `evaluateTcb` does. Throws `bad-chain`, `bad-signature`,
 * `bad-binding`, `wrong-qe`, `expired`, `not-yet-valid`, `bad-certificate`, `unsupported-certificate` and `bad-now`.
 */
export const verifyQuoteSignature = (quote: Quote, { root, now }: TrustOptions): Pck => {
  requireNow(now);
  const { pck, chain } = withCertificates(CHAIN, () => readPck(quote, root));
  const { qeReport } = quote;
  if (!isSigned(quote.qeReportBytes, pck.leaf.publicKey, quote.qeReportSignature)) {
    throw new TdxError('bad-signature', 'the QE report is not signed by the key of the PCK certificate');
  }
  if ((qeReport.attributes[0]! & QE_DEBUG) !== 0) {
    throw new TdxError('wrong-qe', 'the quoting enclave runs in debug mode');
  }
  const bound = createHash('sha256').update(quote.attestationKey).update(quote.qeAuthData).digest();
  if (Buffer.compare(Buffer.concat([bound, Buffer.alloc(32)]), qeReport.reportData) !== 0) {
    throw new TdxError('bad-binding', 'the QE report is about another attestation key or other authentication data');
  }
  if (!isSigned(quote.signedBytes, attestationKeyOf(quote), quote.signature)) {
    throw new TdxError('bad-signature', 'header and body of the quote are not signed by its attestation key');
  }
  // Last, so that "expired" means: genuine, and expired.
  withCertificates(CHAIN, () => {
    for (const certificate of chain) verifyValidity(certificate, now);
  });
  return pck;
};
