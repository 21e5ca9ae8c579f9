import type { Certificate } from '../../asn1/certificate.ts';
import { verifyChainSignatures, verifyIssued, verifyValidity } from '../../asn1/chain.ts';
import { escapeText } from '../../base/escape.ts';
import { sameBytes } from '../bytes.ts';
import { EvidenceError } from '../errors.ts';
import { hexOf } from '../hex.ts';
import { type RaTlsExtensions, readRaTlsExtensions } from './extensions.ts';
import { parseRaTlsCertificate } from './read-chain.ts';

/** A chain that holds together. It is anchored in nothing yet: only the quote and the measured key provider do that. */
export interface RaTlsChain {
  /** `kms`: leaf, App CA, KMS CA. `self-signed`: leaf and App CA, as an app without a KMS makes them for itself. */
  readonly kind: 'kms' | 'self-signed';
  readonly leaf: Certificate;
  readonly appCa: Certificate;
  /** The KMS CA, or the App CA once more. */
  readonly root: Certificate;
  /** Those of the leaf. */
  readonly extensions: RaTlsExtensions;
  /** 20 bytes: what the App CA is for, else what the leaf says; always there for `kms`. */
  readonly appId: Uint8Array | undefined;
  /** Lower-case hex of the root's SubjectPublicKeyInfo. For `kms` the key-provider event must have it as `id`. */
  readonly rootSpki: string;
}

const CA_USAGE = 'app:ca';

const bad = (what: string): EvidenceError => new EvidenceError('bad-chain', what);

/**
 * The app id of the App CA. A KMS states usage and app id; an app that signs for itself need not, but may not state
 * others.
 */
const appIdOf = (appCa: Certificate, leaf: RaTlsExtensions, kind: RaTlsChain['kind']): Uint8Array | undefined => {
  const { usage, appId } = readRaTlsExtensions(appCa);
  if (usage !== CA_USAGE && !(kind === 'self-signed' && usage === undefined)) {
    const found = usage === undefined ? 'none' : `'${escapeText(usage)}'`;
    throw bad(`the App CA is to have usage '${CA_USAGE}' and has ${found}`);
  }
  if (kind === 'kms' && appId === undefined) throw bad('the App CA names no app id');
  if (leaf.appId !== undefined && appId !== undefined && !sameBytes(leaf.appId, appId)) {
    throw bad(`the RA-TLS leaf is for app ${hexOf(leaf.appId)}, and its App CA for ${hexOf(appId)}`);
  }
  return appId ?? leaf.appId;
};

/**
 * Checks the chain of a guest agent, leaf first in DER. The names chain, the CAs may sign, the path lengths hold,
 * every signature is right and the root's is its own (RFC 5280 6.1); the leaf is no CA; usage and app id of the App
 * CA are right. All are valid at `now`, seconds since 1970: dstack dates `notBefore` to 1975, so that only the end
 * says anything. Throws `Asn1Error` (`bad-chain`, `not-a-ca`, `bad-signature`, `expired`, …), {@link EvidenceError}
 * `unsupported-chain` for other than two or three certificates, `bad-chain`, and what `readRaTlsExtensions` throws.
 */
export const verifyRaTlsChain = (chain: readonly Uint8Array[], now: number): RaTlsChain => {
  const [leafDer, appDer, kmsDer, ...more] = chain;
  if (leafDer === undefined || appDer === undefined || more.length > 0) {
    throw new EvidenceError(
      'unsupported-chain',
      `the RA-TLS chain has ${chain.length} certificates, not two or three`,
      {
        hint: 'a chain is leaf, App CA and, with a KMS, KMS CA',
      },
    );
  }
  const leaf = parseRaTlsCertificate(leafDer, 'the RA-TLS leaf');
  const appCa = parseRaTlsCertificate(appDer, 'the App CA');
  const kind = kmsDer === undefined ? 'self-signed' : 'kms';
  const root = kmsDer === undefined ? appCa : parseRaTlsCertificate(kmsDer, 'the KMS CA');
  const certificates = kind === 'kms' ? [leaf, appCa, root] : [leaf, root];
  verifyChainSignatures(certificates, root.der);
  verifyIssued(root, root);
  if (leaf.basicConstraints.ca) throw bad('the RA-TLS leaf is itself of a CA');
  const extensions = readRaTlsExtensions(leaf);
  const appId = appIdOf(appCa, extensions, kind);
  for (const certificate of certificates) verifyValidity(certificate, now);
  return { kind, leaf, appCa, root, extensions, appId, rootSpki: hexOf(root.spki) };
};
