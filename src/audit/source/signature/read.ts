import type { SignatureFacts } from './facts.ts';
import { splitSignature } from './commit-signature.ts';
import { readX509Signature, X509_LABEL } from './gitsign.ts';
import { verifyWithGpg } from './gpg.ts';
import { OPENPGP_LABELS, openpgpIssuer } from './openpgp.ts';
import { readSshSignature, SSH_LABEL } from './sshsig.ts';

export interface SignatureRequest {
  /** The commit object's content. */
  readonly content: Buffer;
  readonly format: 'sha1' | 'sha256';
  /** OpenPGP keys that the auditor gave. */
  readonly keys: Uint8Array | undefined;
  /** For gpg; does not exist yet. */
  readonly folder: string;
}

/** What a commit's signature says and whether it holds, as far as that can be known without trusting anybody. */
export const readSignature = async ({ content, format, keys, folder }: SignatureRequest): Promise<SignatureFacts> => {
  const { payload, signature, fault } = splitSignature(content, format);
  if (signature === undefined) return { kind: 'none' };
  if (fault !== undefined) return { kind: 'malformed', why: fault };
  const begins = (label: string): boolean => signature.startsWith(`-----BEGIN ${label}-----\n`);
  if (begins(SSH_LABEL)) return readSshSignature(signature, payload);
  if (begins(X509_LABEL)) return readX509Signature(signature, payload);
  if (!OPENPGP_LABELS.some(begins)) return { kind: 'malformed', why: 'the signature is of no kind that git writes' };
  const issuer = openpgpIssuer(signature);
  if (keys === undefined) return { kind: 'openpgp', issuer, state: 'not-verified', why: 'no key was given for it' };
  return { kind: 'openpgp', issuer, ...(await verifyWithGpg(signature, payload, keys, folder)) };
};
