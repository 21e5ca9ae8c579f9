import { createHash, X509Certificate } from 'node:crypto';
import { parseCertificate } from '../../../asn1/certificate.ts';
import { readDer, TAG } from '../../../asn1/der.ts';
import { EXTENSION } from '../../../asn1/extensions.ts';
import { messageOf } from '../../../base/error.ts';
import { readArmor } from './armor.ts';
import { type CmsSignature, readCms } from './cms.ts';
import type { SignatureFacts, X509Material } from './facts.ts';

export const X509_LABEL = 'SIGNED MESSAGE';

/** Where gitsign puts the entry of the transparency log (sigstore/gitsign, internal/rekor/oid). */
const LOG_ENTRY = '1.3.6.1.4.1.57264.3.1';

const UNDERSTOOD: readonly string[] = [EXTENSION.subjectAltName, EXTENSION.extendedKeyUsage];

/** The certificate that the signer names, if it is among those that came along. */
const leafOf = ({ certificates, issuer, serial }: CmsSignature): Uint8Array | undefined =>
  certificates.find((der) => {
    const certificate = parseCertificate(der, 'a certificate', { understood: UNDERSTOOD });
    return Buffer.compare(certificate.issuer, issuer) === 0 && certificate.serial === serial;
  });

const materialOf = (cms: CmsSignature, leaf: Uint8Array, payload: Uint8Array): X509Material => {
  const entry = cms.unsigned.get(LOG_ENTRY);
  return {
    leaf,
    signed: cms.signed,
    signature: cms.signature,
    fits: Buffer.compare(cms.messageDigest, createHash('sha256').update(payload).digest()) === 0,
    logEntry: entry === undefined ? undefined : readDer(entry, TAG.octetString, 'the log entry').content,
  };
};

const oneLine = (text: string): string => text.split('\n').join(', ');

/**
 * An X.509 signature over `payload`, as gitsign and gpgsm make them: whom its certificate names, and what it takes to verify it once the
 * trusted roots are known. Never throws.
 */
export const readX509Signature = (armored: string, payload: Uint8Array): SignatureFacts => {
  const unknown = { kind: 'x509', identity: undefined, issuer: undefined, material: undefined } as const;
  const bytes = readArmor(armored, X509_LABEL);
  if (bytes === undefined) return { kind: 'malformed', why: 'the X.509 signature cannot be read: its armor is broken' };
  try {
    const cms = readCms(bytes);
    const leaf = leafOf(cms);
    if (leaf === undefined) return { ...unknown, why: 'the certificate of its signer did not come along' };
    const { subjectAltName, subject, issuer } = new X509Certificate(leaf);
    return {
      kind: 'x509',
      identity: oneLine(subjectAltName ?? subject),
      issuer: oneLine(issuer),
      material: materialOf(cms, leaf, payload),
      why: undefined,
    };
  } catch (error) {
    // It is shown and not believed: what it says is then not known.
    return { ...unknown, why: `it cannot be read: ${messageOf(error)}` };
  }
};
