import { createHash, type KeyObject } from 'node:crypto';
import { type SignedEntity, toSignedEntity, type TrustMaterial, VerificationError, Verifier } from '@sigstore/verify';
import { messageOf } from '../base/error.ts';
import { escapeText } from '../base/escape.ts';
import type { KeyBundle, SignedBundle } from './bundle.ts';
import { readLeaf } from './claims.ts';
import { ProvenanceError } from './errors.ts';
import { KEY_THRESHOLDS, THRESHOLDS, type Thresholds } from './instance.ts';
import { verifyDigest } from './prehashed.ts';
import type { TrustedRoot } from './trusted-root.ts';

/** What a bundle of a message signs: its bytes, or where those are not at hand their SHA-256 in lower-case hex. */
export type Artifact = Uint8Array | { readonly sha256: string };

const isBytes = (artifact: Artifact): artifact is Uint8Array => artifact instanceof Uint8Array;

/** The library compares the digest of the bundle with the log's, and the bytes with the signature; here the two meet. */
const requireMessage = ({ content }: SignedBundle | KeyBundle, artifact: Artifact | undefined): void => {
  if (content.kind !== 'message') return;
  const { algorithm, digest } = content;
  if (artifact === undefined) {
    throw new ProvenanceError('not-verified', 'the bundle signs a message that was not given');
  }
  if (!isBytes(artifact) && algorithm !== 'sha256') {
    throw new ProvenanceError('not-verified', `the bundle names its message by ${algorithm}, and not by sha256`, {
      hint: 'give the message itself',
    });
  }
  const found = isBytes(artifact) ? createHash(algorithm).update(artifact).digest('hex') : artifact.sha256;
  if (found !== digest) {
    throw new ProvenanceError('not-verified', `the bundle signs the message ${digest}, not ${found}`);
  }
};

/** As the library has it, but for a message of which only the digest is at hand. */
const entityOf = ({ bundle, content }: SignedBundle | KeyBundle, artifact: Artifact | undefined): SignedEntity => {
  if (artifact === undefined || isBytes(artifact)) {
    return toSignedEntity(bundle, artifact === undefined ? undefined : Buffer.from(artifact));
  }
  const entity = toSignedEntity(bundle);
  if (content.kind !== 'message') return entity;
  const verifySignature = (key: KeyObject): boolean =>
    verifyDigest(Buffer.from(artifact.sha256, 'hex'), key, content.signature);
  return { ...entity, signature: Object.create(entity.signature, { verifySignature: { value: verifySignature } }) };
};

const verify = (
  signed: SignedBundle | KeyBundle,
  { instance }: TrustedRoot,
  { material, thresholds }: { readonly material: TrustMaterial; readonly thresholds: Thresholds },
  artifact: Artifact | undefined,
): void => {
  try {
    new Verifier(material, thresholds).verify(entityOf(signed, artifact));
  } catch (cause) {
    const code = cause instanceof VerificationError ? ` (${cause.code})` : '';
    const message = `does not verify under the ${instance} root: ${escapeText(messageOf(cause))}${code}`;
    throw new ProvenanceError('not-verified', message, { cause });
  }
};

/**
 * Verifies what Sigstore verifies: the leaf chains to an authority that was valid at a signed time, the certificate was logged,
 * the signature was logged, the signature is the leaf's (sigstore.dev client specification, 4). As many witnesses as the
 * root's instance has are demanded. Nothing is asked of the library about who signed: its policy is a regular
 * expression without anchors. For a bundle of a message, `artifact` is the message; for one of a statement the
 * library does not look at it, so the caller compares subjects itself.
 *
 * Throws {@link ProvenanceError}: `bad-certificate` for a leaf that is not strict DER; else `not-verified`, whatever the library
 * threw: hostile bytes make it throw anything.
 */
export const verifyBundle = (signed: SignedBundle, root: TrustedRoot, artifact?: Artifact): void => {
  requireMessage(signed, artifact);
  readLeaf(signed.leaf);
  verify(signed, root, { material: root.material, thresholds: THRESHOLDS[root.instance] }, artifact);
};

/**
 * Verifies a bundle that was signed with a key: that `key`, whatever the bundle calls its own, signed, and that this was logged. The
 * root vouches for the log and the timestamps alone. What `verifyBundle` says of the artifact holds here too. Throws
 * {@link ProvenanceError} `not-verified`.
 */
export const verifyKeyBundle = (signed: KeyBundle, root: TrustedRoot, key: KeyObject, artifact?: Artifact): void => {
  requireMessage(signed, artifact);
  const publicKey = { publicKey: key, validFor: () => true };
  const material = { ...root.material, publicKey: () => publicKey };
  verify(signed, root, { material, thresholds: KEY_THRESHOLDS }, artifact);
};
