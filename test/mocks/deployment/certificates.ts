/** SIMULATED hardware: dstack's certificate authorities and the RA-TLS leaf whose extensions carry quote and event log. */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { octetString, oid, sequence } from '../der.ts';
import { type Certificate, type CertificateSpec, certificate, serialOf } from '../x509/certificate.ts';
import type { Extension } from '../x509/extensions.ts';
import { type KeyPair, keyPair } from '../x509/keys.ts';
import type { Name } from '../x509/name.ts';
import type { KeyProviderName } from './key-provider.ts';

/** `1.3.6.1.4.1.62397.1.N`: 1 quote, 2 event log, 3 app id, 4 usage, 8 versioned attestation. */
export const DSTACK_ARC = '1.3.6.1.4.1.62397.1';

/** The content in a second OCTET STRING inside of the extension's own. */
export const dstackExtension = (number: number, content: Uint8Array): Extension => ({
  oid: `${DSTACK_ARC}.${number}`,
  value: octetString(content),
});

/** What a leaf says of its quote: the bytes of quote and log, a versioned attestation, or nothing. */
export type RatlsForm = 'quote' | 'quote-gzip' | 'attestation' | 'none';

export interface CertificateChanges {
  readonly root?: Partial<CertificateSpec>;
  readonly appCa?: Partial<CertificateSpec>;
  readonly leaf?: Partial<CertificateSpec>;
  readonly form?: RatlsForm;
  /** Changes the list of dstack's extensions in the leaf. */
  readonly editLeafExtensions?: (extensions: readonly Extension[]) => readonly Extension[];
}

export interface LeafFacts {
  readonly appId: Uint8Array;
  readonly quote: Uint8Array;
  readonly eventLog: Uint8Array;
  readonly attestation: Uint8Array;
}

export interface Authorities {
  readonly root: Certificate;
  /** Without a KMS the same as the root: the application signs for itself. */
  readonly appCa: Certificate;
}

/** dstack's own certificates begin in 1975. */
const FROM = Date.UTC(1975, 0, 1) / 1000;
const TEN_YEARS = 10 * 365 * 24 * 3600;
const CLIENT_AUTH: Extension = { oid: '2.5.29.37', value: sequence(oid('1.3.6.1.5.5.7.3.2')) };

const dstackName = (commonName: string): Name => [
  ['O', 'Dstack SIMULATED'],
  ['CN', commonName],
];

const authority = { ca: true, keyUsage: ['digitalSignature', 'keyCertSign', 'cRLSign'], notBefore: FROM } as const;

/** The key that a KMS is known by. */
export const rootKey = (changes: CertificateChanges): KeyPair => changes.root?.key ?? keyPair('dstack KMS root');
export const leafKey = (changes: CertificateChanges): KeyPair => changes.leaf?.key ?? keyPair('dstack RA-TLS leaf');

/** SHA-512 over `ratls-cert:` and the leaf's DER SubjectPublicKeyInfo. */
export const ratlsReportData = (key: KeyPair): Buffer =>
  createHash('sha512').update('ratls-cert:').update(key.spki).digest();

export const createAuthorities = (
  provider: KeyProviderName,
  appId: Uint8Array,
  now: number,
  changes: CertificateChanges,
): Authorities => {
  const kms = provider === 'kms';
  const key = kms ? rootKey(changes) : (changes.root?.key ?? keyPair('dstack application root'));
  const subject = dstackName(kms ? 'Dstack KMS CA' : 'Dstack App CA');
  const notAfter = now + TEN_YEARS;
  const ofApp = [dstackExtension(3, appId), dstackExtension(4, Buffer.from('app:ca', 'latin1'))];
  const root = certificate({
    ...authority,
    subject,
    issuer: subject,
    key,
    signer: key,
    serial: serialOf('dstack root'),
    notAfter,
    pathLength: 1,
    extensions: kms ? [] : ofApp,
    ...changes.root,
  });
  if (!kms) return { root, appCa: root };
  const appCa = certificate({
    ...authority,
    subject: dstackName('Dstack App CA'),
    issuer: root.spec.subject,
    key: keyPair('dstack App CA'),
    signer: root.key,
    serial: serialOf('dstack App CA'),
    notAfter,
    pathLength: 0,
    extensions: ofApp,
    ...changes.appCa,
  });
  return { root, appCa };
};

const evidenceOf = (form: RatlsForm, facts: LeafFacts): readonly Extension[] => {
  if (form === 'none') return [];
  if (form === 'attestation') return [dstackExtension(8, facts.attestation)];
  const log =
    form === 'quote' ? facts.eventLog : Buffer.concat([Buffer.from('ELGZv1', 'latin1'), gzipSync(facts.eventLog)]);
  return [dstackExtension(1, facts.quote), dstackExtension(2, log)];
};

export const createLeaf = (
  authorities: Authorities,
  facts: LeafFacts,
  now: number,
  changes: CertificateChanges,
): Certificate => {
  const ours = [
    dstackExtension(3, facts.appId),
    dstackExtension(4, Buffer.from('app:custom', 'latin1')),
    ...evidenceOf(changes.form ?? 'quote', facts),
  ];
  return certificate({
    subject: [['CN', 'SIMULATED demo-cert']],
    issuer: authorities.appCa.spec.subject,
    key: leafKey(changes),
    signer: authorities.appCa.key,
    serial: serialOf('dstack leaf'),
    notBefore: FROM,
    notAfter: now + TEN_YEARS,
    ca: 'absent',
    keyUsage: ['digitalSignature'],
    keyIds: false,
    extensions: [CLIENT_AUTH, ...(changes.editLeafExtensions?.(ours) ?? ours)],
    ...changes.leaf,
  });
};
