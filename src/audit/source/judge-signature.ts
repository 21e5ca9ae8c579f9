import { notChecked, type Outcome } from '../outcome.ts';
import type { SourceFinding } from './contents/finding.ts';
import type { SourceFacts } from './facts.ts';
import { notHad } from './judge-errors.ts';
import type { SignatureFacts } from './signature/facts.ts';

const STATE = { good: 'it holds', bad: 'IT DOES NOT HOLD', 'not-verified': 'it was not verified' } as const;

const reason = (why: string | undefined): string => (why === undefined ? '' : ` (${why})`);

/** One sentence about a signature. */
export const describeSignature = (signature: SignatureFacts): string => {
  switch (signature.kind) {
    case 'none':
      return 'the commit is not signed';
    case 'malformed':
      return `the commit carries a signature that cannot be read: ${signature.why}`;
    case 'ssh': {
      const { keyType, fingerprint, state, why } = signature;
      const whose = state === 'good' ? '; whose key it is, the commit does not prove' : '';
      return `signed with the SSH key ${fingerprint} (${keyType}): ${STATE[state]}${reason(why)}${whose}`;
    }
    case 'openpgp': {
      const { issuer, state, why } = signature;
      const by = issuer === undefined ? 'an unnamed OpenPGP key' : `the OpenPGP key ${issuer}`;
      return `signed with ${by}: ${STATE[state]}${reason(why)}`;
    }
    case 'x509': {
      const { identity, issuer } = signature;
      const by =
        identity === undefined
          ? 'a certificate that cannot be read'
          : `a certificate for ${identity}, which says it is of ${issuer ?? 'nobody'}`;
      return `signed with ${by}, as gitsign does: it was not verified`;
    }
  }
};

/**
 * `source.signature`: information and never a pass. A signature proves that the holder of some key signed; that this key's word
 * counts is nothing that the commit can say, and what runs is decided by its hash.
 */
export const judgeSignature = ({ signature }: SourceFacts): Outcome => {
  if (signature === undefined) return notChecked({ summary: 'it stands on the commit, which was not had' });
  if ('error' in signature) return notHad(signature.error, 'the signature could not be looked at');
  return notChecked({ summary: describeSignature(signature.value) });
};

/** A signature that is there and contradicts the commit is for every reader to know. */
export const signatureFindings = ({ signature }: SourceFacts): SourceFinding[] => {
  if (signature === undefined || 'error' in signature) return [];
  const { value } = signature;
  const isBad =
    value.kind === 'malformed' || ((value.kind === 'ssh' || value.kind === 'openpgp') && value.state === 'bad');
  return isBad ? [{ id: 'source.bad-signature', text: describeSignature(value) }] : [];
};
