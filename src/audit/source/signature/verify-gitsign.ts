import { createHash, verify, X509Certificate } from 'node:crypto';
import { messageOf } from '../../../base/error.ts';
import { readBundle, type SignedBundle } from '../../../provenance/bundle.ts';
import { readIdentity } from '../../../provenance/claims.ts';
import type { Instance } from '../../../provenance/instance.ts';
import type { TrustedRoot } from '../../../provenance/trusted-root.ts';
import { verifyBundle } from '../../../provenance/verify-bundle.ts';
import type { X509Material } from './facts.ts';
import { readLogEntry } from './log-entry.ts';

/** What came of a signature made with gitsign. */
export type GitsignVerdict =
  | {
      readonly state: 'good';
      readonly instance: Instance;
      /** An e-mail address or a URI, and who vouched for it to Sigstore. */
      readonly subject: string;
      readonly issuer: string;
      /** Seconds since 1970 at which the log took it in. */
      readonly loggedAt: number;
    }
  | { readonly state: 'bad' | 'not-verified'; readonly why: string };

/** Columns of PEM (RFC 7468, 2), as the log's clients write it. */
const COLUMNS = /.{1,64}/g;

const pemOf = (der: Uint8Array): string => {
  const lines = Buffer.from(der).toString('base64').match(COLUMNS) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
};

const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes as Uint8Array).toString('base64');

/** What Rekor stores of a signature (its type hashedrekord 0.0.1, keys in order): gitsign leaves it out, since all of it is at hand. */
const bodyOf = ({ leaf, signature }: X509Material, digest: Buffer): string =>
  JSON.stringify({
    apiVersion: '0.0.1',
    kind: 'hashedrekord',
    spec: {
      data: { hash: { algorithm: 'sha256', value: digest.toString('hex') } },
      signature: { content: base64(signature), publicKey: { content: base64(pemOf(leaf)) } },
    },
  });

/** The bundle that says the same: a message, the signed attributes, signed with the leaf's key. Throws ProvenanceError and others. */
const bundleOf = (material: X509Material, encoded: Uint8Array): { bundle: SignedBundle; loggedAt: number } => {
  const digest = createHash('sha256').update(material.signed).digest();
  const entry: Record<string, unknown> = {
    canonicalizedBody: base64(bodyOf(material, digest)),
    ...readLogEntry(encoded),
  };
  const value = {
    // A promise is enough in the first version, and a proof is demanded since.
    mediaType: `application/vnd.dev.sigstore.bundle+json;version=${entry.inclusionProof === undefined ? '0.1' : '0.3'}`,
    verificationMaterial: { certificate: { rawBytes: base64(material.leaf) }, tlogEntries: [entry] },
    messageSignature: {
      messageDigest: { algorithm: 'SHA2_256', digest: digest.toString('base64') },
      signature: base64(material.signature),
    },
  };
  return { bundle: readBundle(value, 'the signature'), loggedAt: Number(entry.integratedTime) };
};

/** Whether the key of the certificate signed, whoever's it is. */
const holds = ({ leaf, signed, signature }: X509Material): boolean => {
  try {
    return verify('sha256', signed, new X509Certificate(leaf).publicKey, signature);
  } catch {
    return false;
  }
};

/**
 * Verifies a signature of gitsign from trusted roots alone: the signature is the certificate's and over this commit, the certificate is
 * Fulcio's and was in force when the log took the signature in, and the log's promise or proof holds. Who may sign is nobody's
 * word here. Never throws.
 */
export const verifyGitsign = (material: X509Material, roots: readonly TrustedRoot[]): GitsignVerdict => {
  if (!material.fits) return { state: 'bad', why: 'it is over other bytes than the commit' };
  if (!holds(material)) return { state: 'bad', why: 'it is not of the key of its certificate' };
  const { logEntry } = material;
  if (logEntry === undefined) {
    return { state: 'not-verified', why: 'not verifiable offline: it carries no entry of a transparency log' };
  }
  const reasons: string[] = [];
  try {
    const { bundle, loggedAt } = bundleOf(material, logEntry);
    for (const root of roots) {
      try {
        verifyBundle(bundle, root, material.signed);
        const { subject, issuer } = readIdentity(material.leaf);
        return { state: 'good', instance: root.instance, subject, issuer, loggedAt };
      } catch (error) {
        reasons.push(messageOf(error));
      }
    }
  } catch (error) {
    return { state: 'not-verified', why: `its log entry cannot be read: ${messageOf(error)}` };
  }
  return { state: 'not-verified', why: reasons.length === 0 ? 'no trusted root was given' : reasons.join('; ') };
};
