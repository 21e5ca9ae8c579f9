import { verify } from 'node:crypto';
import { type Certificate, parsePemChain } from '../asn1/certificate.ts';
import { requireEndEntity, verifyChainSignatures } from '../asn1/chain.ts';
import { type Crl, parseCrl, verifyCrlSignature } from '../asn1/crl.ts';
import { requireP256 } from '../asn1/signature.ts';
import { escapeText } from '../base/escape.ts';
import type { Collateral } from './collateral.ts';
import { TdxError, requireNow, withCertificates } from './errors.ts';
import { type QeIdentity, readQeIdentity } from './qe-identity.ts';
import { type TcbInfo, readTcbInfo } from './tcb-info.ts';
import type { TrustOptions } from './verify-quote.ts';
import { type ValidityPart, type ValidityWindow, requireWithin, windowOf } from './window.ts';

/** Collateral that Intel signed and that was in force at the time that was asked about. */
export interface VerifiedCollateral {
  readonly tcbInfo: TcbInfo;
  readonly qeIdentity: QeIdentity;
  /** Signed by the root: revokes PCK CAs and TCB signers. */
  readonly rootCrl: Crl;
  /** Signed by `pckCrlIssuer`: revokes PCK certificates. */
  readonly pckCrl: Crl;
  readonly pckCrlIssuer: Certificate;
  /** When all of it is in force together, and which part bounds that. */
  readonly window: ValidityWindow;
}

const SIGNER_NAME = 'Intel SGX TCB Signing';

/** Two certificates: one that signs, and the root. */
const readChain = (pem: string, root: Uint8Array, what: string): readonly [Certificate, Certificate] => {
  const chain = parsePemChain(pem, what);
  const [signer, last] = chain;
  if (signer === undefined || last === undefined || chain.length !== 2) {
    throw new TdxError('bad-chain', `${what} has ${chain.length} certificates, not 2`);
  }
  verifyChainSignatures(chain, root);
  return [signer, last];
};

/** Checks the signature over a JSON text's very bytes, and that the key is Intel's for this purpose. */
const verifyText = (text: string, signature: Uint8Array, signer: Certificate, what: string): void => {
  if (signer.commonName !== SIGNER_NAME) {
    throw new TdxError(
      'bad-chain',
      `${what} is signed by "${escapeText(signer.commonName ?? '')}", not "${SIGNER_NAME}"`,
    );
  }
  requireEndEntity(signer);
  requireP256(signer.publicKey, `the signer of ${what}`);
  const key = { key: signer.publicKey, dsaEncoding: 'ieee-p1363' } as const;
  if (!verify('sha256', Buffer.from(text, 'utf8'), key, signature)) {
    throw new TdxError('bad-signature', `the signature of ${what} does not verify`);
  }
};

const certificatePart = (name: string, { notBefore, notAfter }: Certificate): ValidityPart => ({
  name,
  from: notBefore,
  // A certificate is valid through its last second, a window ends before its end.
  until: notAfter + 1,
});

/** Throws `revoked` where the list holds the certificate. */
export const refuseRevoked = (crl: Crl, { serial }: Certificate, what: string): void => {
  if (crl.revoked.has(serial)) throw new TdxError('revoked', `${what} is revoked (serial ${serial})`);
};

/**
 * Checks collateral against `root` at `now`: issuer chains with Intel's names, both CRLs and both JSON texts signed, no signer revoked, and
 * all of it in force (thisUpdate or issueDate <= now < nextUpdate). Dates come last, so that `expired` means: genuine, and
 * expired. Throws `bad-chain`, `bad-signature`, `revoked`, `wrong-collateral`, `bad-collateral`, `bad-certificate`,
 * `unsupported-certificate`, `expired`, `not-yet-valid` and `bad-now`.
 */
export const verifyCollateral = (collateral: Collateral, { root, now }: TrustOptions): VerifiedCollateral => {
  requireNow(now);
  const [pckCrlIssuer, rootCertificate] = withCertificates('pck_crl_issuer_chain', () =>
    readChain(collateral.pckCrlIssuerChain, root, 'pck_crl_issuer_chain'),
  );
  const readCrl = (bytes: Uint8Array, issuer: Certificate, name: string): Crl =>
    withCertificates(name, () => {
      const crl = parseCrl(bytes, 'the CRL');
      verifyCrlSignature(crl, issuer, 'the CRL');
      return crl;
    });
  const rootCrl = readCrl(collateral.rootCaCrl, rootCertificate, 'root_ca_crl');
  const pckCrl = readCrl(collateral.pckCrl, pckCrlIssuer, 'pck_crl');
  refuseRevoked(rootCrl, rootCertificate, 'the root certificate');
  refuseRevoked(rootCrl, pckCrlIssuer, 'the issuer of pck_crl');
  const signerOf = (pem: string, text: string, signature: Uint8Array, what: string): Certificate =>
    withCertificates(`${what}_issuer_chain`, () => {
      const [signer] = readChain(pem, root, `${what}_issuer_chain`);
      verifyText(text, signature, signer, what);
      refuseRevoked(rootCrl, signer, `the signer of ${what}`);
      return signer;
    });
  const { tcbInfoIssuerChain, tcbInfoSignature, qeIdentityIssuerChain, qeIdentitySignature } = collateral;
  const tcbSigner = signerOf(tcbInfoIssuerChain, collateral.tcbInfo, tcbInfoSignature, 'tcb_info');
  const qeSigner = signerOf(qeIdentityIssuerChain, collateral.qeIdentity, qeIdentitySignature, 'qe_identity');
  const tcbInfo = readTcbInfo(collateral.tcbInfo);
  const qeIdentity = readQeIdentity(collateral.qeIdentity);
  const parts: readonly ValidityPart[] = [
    { name: 'tcb_info', from: tcbInfo.issueDate, until: tcbInfo.nextUpdate },
    { name: 'qe_identity', from: qeIdentity.issueDate, until: qeIdentity.nextUpdate },
    { name: 'pck_crl', from: pckCrl.thisUpdate, until: pckCrl.nextUpdate },
    { name: 'root_ca_crl', from: rootCrl.thisUpdate, until: rootCrl.nextUpdate },
    certificatePart('the signer of tcb_info', tcbSigner),
    certificatePart('the signer of qe_identity', qeSigner),
    certificatePart('the issuer of pck_crl', pckCrlIssuer),
    certificatePart('the root certificate', rootCertificate),
  ];
  const window = windowOf(parts);
  requireWithin(window, now);
  return { tcbInfo, qeIdentity, rootCrl, pckCrl, pckCrlIssuer, window };
};
