import type { KeyObject } from 'node:crypto';
import type { KeyBundle, SignedBundle } from './bundle.ts';
import { readIdentity } from './claims.ts';
import { ProvenanceError } from './errors.ts';
import { shown } from './fields.ts';
import { sha256 } from './sha256.ts';
import { readStatement, STATEMENT_PAYLOAD_TYPE } from './statement.ts';
import type { TrustedRoot } from './trusted-root.ts';
import { type Artifact, verifyBundle, verifyKeyBundle } from './verify-bundle.ts';

/** Who is to have signed; both compared exactly. */
export interface ExpectedIdentity {
  readonly subject: string;
  readonly issuer: string;
}

/** How much of an identity is shown: the address of a workflow with its ref. */
const SHOWN_IDENTITY = 512;

const digestOf = (artifact: Artifact): string => (artifact instanceof Uint8Array ? sha256(artifact) : artifact.sha256);

/** A statement says by itself what it is about: nothing that was verified of its signature looks at the artifact. */
const requireSubject = ({ content }: SignedBundle | KeyBundle, artifact: Artifact): void => {
  if (content.kind === 'message') return;
  const { payload, payloadType } = content;
  if (payloadType !== STATEMENT_PAYLOAD_TYPE) {
    throw new ProvenanceError('not-verified', `the payload is of the type ${shown(payloadType)}, no in-toto statement`);
  }
  const digest = digestOf(artifact);
  if (readStatement(payload).subjects.some((subject) => subject.sha256 === digest)) return;
  throw new ProvenanceError('not-verified', `the statement is about other things than ${digest}`);
};

const requireIdentity = ({ leaf }: SignedBundle, expected: ExpectedIdentity): void => {
  const found = readIdentity(leaf);
  for (const part of ['subject', 'issuer'] as const) {
    if (found[part] === expected[part]) continue;
    const [is, should] = [found, expected].map((one) => shown(one[part], SHOWN_IDENTITY));
    throw new ProvenanceError('not-verified', `the ${part} of the certificate is ${is}, not ${should}`);
  }
};

/**
 * Whether `identity` signed `artifact`, or a statement about it, by the rules of the Sigstore client specification and nothing
 * more: no policy on builds. Throws {@link ProvenanceError} where not.
 */
export const verifyArtifact = (
  bundle: SignedBundle,
  root: TrustedRoot,
  artifact: Artifact,
  identity: ExpectedIdentity,
): void => {
  verifyBundle(bundle, root, artifact);
  requireIdentity(bundle, identity);
  requireSubject(bundle, artifact);
};

/** The same for a key that somebody keeps, in place of an identity. */
export const verifyArtifactByKey = (bundle: KeyBundle, root: TrustedRoot, artifact: Artifact, key: KeyObject): void => {
  verifyKeyBundle(bundle, root, key, artifact);
  requireSubject(bundle, artifact);
};
