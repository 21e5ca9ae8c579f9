/** SIMULATED hardware: Intel's certificates, root to PCK leaf and TCB signer, each changeable before it is signed. */
import { type Certificate, type CertificateSpec, certificate, serialOf } from '../x509/certificate.ts';
import { keyPair } from '../x509/keys.ts';
import { intelName } from '../x509/name.ts';
import type { Platform } from './platform.ts';
import { sgxExtension } from './sgx-extension.ts';

const YEAR = 365 * 24 * 3600;
/** Intel's own root is valid from 2018-05-21 to 2049-12-31; so are this one and its authorities. */
const ROOT_FROM = Date.UTC(2018, 4, 21) / 1000;
const ROOT_UNTIL = Date.UTC(2049, 11, 31, 23, 59, 59) / 1000;

const ROOT_CRL_URL = 'https://certificates.invalid/SIMULATED-IntelSGXRootCA.der';
const PCK_CRL_URL = 'https://api.invalid/sgx/certification/v4/pckcrl?encoding=der&ca=';

export const ROOT_NAME = intelName('SIMULATED Intel SGX Root CA');

/** Changes of single certificates; each applies to that certificate alone. */
export interface PkiChanges {
  readonly root?: Partial<CertificateSpec>;
  readonly platformCa?: Partial<CertificateSpec>;
  readonly processorCa?: Partial<CertificateSpec>;
  readonly pck?: Partial<CertificateSpec>;
  readonly tcbSigner?: Partial<CertificateSpec>;
}

export interface Pki {
  readonly root: Certificate;
  readonly platformCa: Certificate;
  readonly processorCa: Certificate;
  /** The one of the two that issued the leaf. */
  readonly pckCa: Certificate;
  readonly pck: Certificate;
  readonly tcbSigner: Certificate;
}

/** `name` tells one set of keys from another; `now` is what the leaf's and the signer's seven years lie around. */
export const createPki = (name: string, now: number, platform: Platform, changes: PkiChanges): Pki => {
  const keyOf = (role: string) => keyPair(`${name} ${role}`);
  const rootKey = changes.root?.key ?? keyOf('root');
  const rootName = changes.root?.subject ?? ROOT_NAME;
  const byRoot = {
    issuer: rootName,
    signer: rootKey,
    notBefore: ROOT_FROM,
    notAfter: ROOT_UNTIL,
    crlUrl: ROOT_CRL_URL,
  };
  const authority = { ca: true, keyUsage: ['keyCertSign', 'cRLSign'] } as const;
  const leaf = { ca: false, keyUsage: ['digitalSignature', 'nonRepudiation'] } as const;
  const sevenYears = { notBefore: now - YEAR, notAfter: now + 6 * YEAR };

  const root = certificate({
    ...byRoot,
    ...authority,
    subject: rootName,
    key: rootKey,
    pathLength: 1,
    serial: serialOf('root'),
    ...changes.root,
  });
  const pckAuthority = (role: string, change: Partial<CertificateSpec> | undefined): Certificate =>
    certificate({
      ...byRoot,
      ...authority,
      subject: intelName(`Intel SGX PCK ${role} CA`),
      key: keyOf(role),
      pathLength: 0,
      serial: serialOf(role),
      ...change,
    });
  const platformCa = pckAuthority('Platform', changes.platformCa);
  const processorCa = pckAuthority('Processor', changes.processorCa);
  const pckCa = platform.ca === 'platform' ? platformCa : processorCa;
  const pck = certificate({
    ...leaf,
    ...sevenYears,
    subject: intelName('Intel SGX PCK Certificate'),
    issuer: pckCa.spec.subject,
    key: keyOf('PCK'),
    signer: pckCa.key,
    serial: serialOf('PCK'),
    crlUrl: `${PCK_CRL_URL}${platform.ca}`,
    extensions: [sgxExtension(platform)],
    ...changes.pck,
  });
  const tcbSigner = certificate({
    ...byRoot,
    ...leaf,
    ...sevenYears,
    subject: intelName('Intel SGX TCB Signing'),
    key: keyOf('TCB signer'),
    serial: serialOf('TCB signer'),
    ...changes.tcbSigner,
  });
  return { root, platformCa, processorCa, pckCa, pck, tcbSigner };
};
