import type { TrustedRoot } from '../../provenance/trusted-root.ts';
import { notChecked, type Outcome } from '../outcome.ts';
import type { SourceFinding } from './contents/finding.ts';
import type { SourceFacts } from './facts.ts';
import { notHad } from './judge-errors.ts';
import type { SignatureFacts } from './signature/facts.ts';
import { type GitsignVerdict, verifyGitsign } from './signature/verify-gitsign.ts';

const STATE = { good: 'it holds', bad: 'IT DOES NOT HOLD', 'not-verified': 'it was not verified' } as const;

const reason = (why: string | undefined): string => (why === undefined ? '' : ` (${why})`);

type X509Facts = Extract<SignatureFacts, { kind: 'x509' }>;

const verdictOn = ({ material, why }: X509Facts, roots: readonly TrustedRoot[]): GitsignVerdict =>
  material === undefined ? { state: 'not-verified', why: why ?? 'it cannot be read' } : verifyGitsign(material, roots);

const describeX509 = (signature: X509Facts, roots: readonly TrustedRoot[]): string => {
  const verdict = verdictOn(signature, roots);
  if (verdict.state === 'good') {
    const { instance, subject, issuer, loggedAt } = verdict;
    const at = new Date(loggedAt * 1000).toISOString().replace('.000Z', 'Z');
    const by = `${subject}, for whom ${issuer} vouched to Sigstore (${instance})`;
    return `signed by ${by}, logged at ${at}: ${STATE.good}; whether that one's word counts, the commit does not prove`;
  }
  const { identity, issuer } = signature;
  const by =
    identity === undefined
      ? 'a certificate that cannot be read'
      : `a certificate for ${identity}, which says it is of ${issuer ?? 'nobody'}`;
  return `signed with ${by}, as gitsign does: ${STATE[verdict.state]}${reason(verdict.why)}`;
};

/** One sentence about a signature; `roots` are the Sigstore instances that are believed. */
export const describeSignature = (signature: SignatureFacts, roots: readonly TrustedRoot[] = []): string => {
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
    case 'x509':
      return describeX509(signature, roots);
  }
};

/**
 * `source.signature`: information and never a pass. A signature proves that the holder of some key signed; that this key's word
 * counts is nothing that the commit can say, and what runs is decided by its hash.
 */
export const judgeSignature = ({ signature }: SourceFacts, roots: readonly TrustedRoot[] = []): Outcome => {
  if (signature === undefined) return notChecked({ summary: 'it stands on the commit, which was not had' });
  if ('error' in signature) return notHad(signature.error, 'the signature could not be looked at');
  return notChecked({ summary: describeSignature(signature.value, roots) });
};

const isBad = (value: SignatureFacts, roots: readonly TrustedRoot[]): boolean => {
  if (value.kind === 'x509') return verdictOn(value, roots).state === 'bad';
  return value.kind === 'malformed' || ((value.kind === 'ssh' || value.kind === 'openpgp') && value.state === 'bad');
};

/** A signature that is there and contradicts the commit is for every reader to know. */
export const signatureFindings = ({ signature }: SourceFacts, roots: readonly TrustedRoot[] = []): SourceFinding[] => {
  if (signature === undefined || 'error' in signature) return [];
  const { value } = signature;
  return isBad(value, roots) ? [{ id: 'source.bad-signature', text: describeSignature(value, roots) }] : [];
};
