import { toSignedEntity, VerificationError, Verifier } from '@sigstore/verify';
import { messageOf } from '../base/error.ts';
import { escapeText } from '../base/escape.ts';
import type { SignedBundle } from './bundle.ts';
import { readLeaf } from './claims.ts';
import { ProvenanceError } from './errors.ts';
import { THRESHOLDS } from './instance.ts';
import type { TrustedRoot } from './trusted-root.ts';

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
export const verifyBundle = (
  { bundle, content, leaf }: SignedBundle,
  root: TrustedRoot,
  artifact?: Uint8Array,
): void => {
  if (content.kind === 'message' && artifact === undefined) {
    throw new ProvenanceError('not-verified', 'the bundle signs a message that was not given');
  }
  readLeaf(leaf);
  try {
    const entity = toSignedEntity(bundle, artifact === undefined ? undefined : Buffer.from(artifact));
    new Verifier(root.material, THRESHOLDS[root.instance]).verify(entity);
  } catch (cause) {
    const code = cause instanceof VerificationError ? ` (${cause.code})` : '';
    const message = `does not verify under the ${root.instance} root: ${escapeText(messageOf(cause))}${code}`;
    throw new ProvenanceError('not-verified', message, { cause });
  }
};
