import { X509Certificate } from 'node:crypto';
import { DerReader, TAG, contextTag, readDer } from '../../../asn1/der.ts';
import { readArmor } from './armor.ts';
import type { SignatureFacts } from './facts.ts';

export const X509_LABEL = 'SIGNED MESSAGE';

/** The certificates in a CMS SignedData (RFC 5652, 5.1). Throws where it is none. */
const certificatesOf = (cms: Uint8Array): Uint8Array[] => {
  const what = 'the CMS signature';
  const content = DerReader.inside(readDer(cms, TAG.sequence, what), what);
  content.next(TAG.oid, 'its type');
  const explicit = DerReader.inside(content.next(contextTag(0), 'its content'), what);
  const signed = DerReader.inside(explicit.next(TAG.sequence, 'its SignedData'), what);
  signed.next(TAG.integer, 'its version');
  signed.next(TAG.set, 'its digest algorithms');
  signed.next(TAG.sequence, 'its content info');
  const set = signed.optional(contextTag(0), 'its certificates');
  if (set === undefined) return [];
  const certificates: Uint8Array[] = [];
  for (const reader = DerReader.inside(set, what); !reader.done; ) {
    certificates.push(reader.next(TAG.sequence, 'a certificate').bytes);
  }
  return certificates;
};

/** An X.509 signature, as gitsign and gpgsm make them: whom its certificate names. Nothing is verified here. Never throws. */
export const readX509Signature = (armored: string): SignatureFacts => {
  const unknown = { kind: 'x509', identity: undefined, issuer: undefined } as const;
  const bytes = readArmor(armored, X509_LABEL);
  if (bytes === undefined) return { kind: 'malformed', why: 'the X.509 signature cannot be read: its armor is broken' };
  try {
    const leaf = certificatesOf(bytes)
      .map((der) => new X509Certificate(der))
      .find(({ ca }) => !ca);
    if (leaf === undefined) return unknown;
    const one = (text: string): string => text.split('\n').join(', ');
    return { kind: 'x509', identity: one(leaf.subjectAltName ?? leaf.subject), issuer: one(leaf.issuer) };
  } catch {
    // It is shown and not believed: what it says is then not known.
    return unknown;
  }
};
