import type { SignedBundle } from './bundle.ts';
import { checkCommit, checkIssuer, checkRef, checkRepository, checkRunner, checkTrigger } from './checks/identity.ts';
import { checkAgreement, checkPredicate } from './checks/predicate.ts';
import { checkSignature, type Verified } from './checks/signature.ts';
import { checkSubject } from './checks/subject.ts';
import { checkWorkflow } from './checks/workflow.ts';
import type { Rules } from './expectations.ts';
import { factsOf } from './facts.ts';
import { broken, failed, notChecked, onlyBundle } from './outcome.ts';
import type { PredicateType } from './predicate.ts';
import type { BundleSource } from './read-bundles.ts';
import { type BundleReport, PROVENANCE_CHECK_IDS, type ProvenanceCheck, type ProvenanceChecks } from './result.ts';
import { readStatement, STATEMENT_PAYLOAD_TYPE, type Statement } from './statement.ts';
import type { Subjects } from './subject-digests.ts';
import type { TrustedRoot } from './trusted-root.ts';

/** Everything that all bundles are held against. */
export interface BundleContext {
  readonly subjects: Subjects;
  readonly rules: Rules;
  readonly roots: readonly TrustedRoot[];
  /** Seconds since 1970. */
  readonly now: number;
}

/** A statement that was read, or what is wrong with it. */
type Said = { readonly statement: Statement; readonly type: PredicateType } | { readonly wrong: ProvenanceCheck };

/** What the bundle is about, before anything of it is believed: only to tell what is no provenance and is passed over. */
const saidBy = ({ content }: SignedBundle, { predicateTypes }: Rules): Said | { readonly ignored: string } => {
  if (content.kind === 'message') return { ignored: 'a signature over a message, no attestation' };
  if (content.payloadType !== STATEMENT_PAYLOAD_TYPE) {
    const remarks = { expected: STATEMENT_PAYLOAD_TYPE, found: content.payloadType };
    return { wrong: failed('the payload is no in-toto statement', remarks) };
  }
  try {
    const statement = readStatement(content.payload);
    const type = predicateTypes.find((one) => one === statement.predicateType);
    return type === undefined
      ? { ignored: `an attestation of another kind: ${statement.predicateType}` }
      : { statement, type };
  } catch (error) {
    return { wrong: broken(error) };
  }
};

const checksOf = (said: Said, { check, claims }: Verified, { subjects, rules }: BundleContext): ProvenanceChecks => {
  if (claims === undefined) return onlyBundle(check, 'nothing that the bundle says is signed as it has to be');
  const unread = notChecked('the statement was not read');
  return {
    'provenance.bundle': check,
    'provenance.subject': 'wrong' in said ? unread : checkSubject(said.statement, subjects),
    'provenance.issuer': checkIssuer(claims, rules),
    'provenance.repository': checkRepository(claims, rules),
    'provenance.commit': checkCommit(claims, rules),
    'provenance.workflow': checkWorkflow(claims, rules),
    'provenance.ref': checkRef(claims, rules),
    'provenance.runner': checkRunner(claims, rules),
    'provenance.trigger': checkTrigger(claims, rules),
    'provenance.predicate': 'wrong' in said ? said.wrong : checkPredicate(said.statement, said.type),
    'provenance.agreement': 'wrong' in said ? unread : checkAgreement(said.statement, said.type, claims),
  };
};

const show = (id: string, { summary, expected, found }: ProvenanceCheck): string =>
  [
    `${id}: ${summary}`,
    ...(expected === undefined ? [] : [`expected ${expected}`]),
    ...(found === undefined ? [] : [`found ${found}`]),
  ].join(', ');

const report = (origin: string, verified: Verified, checks: ProvenanceChecks): BundleReport => {
  const failures = PROVENANCE_CHECK_IDS.filter((id) => checks[id].state === 'failed');
  return {
    origin,
    status: failures.length === 0 ? 'accepted' : 'rejected',
    reasons: failures.map((id) => show(id, checks[id])),
    instance: verified.instance,
    simulated: verified.simulated,
    facts: verified.claims === undefined ? {} : factsOf(verified.claims),
    checks,
  };
};

const UNVERIFIED = { instance: undefined, simulated: false } as const;

/** Makes all checks on one bundle. Never throws for what a bundle holds. */
export const checkBundle = (source: BundleSource, context: BundleContext): BundleReport => {
  const { origin } = source;
  if ('error' in source) {
    const check = broken(source.error);
    return report(origin, { ...UNVERIFIED, check }, onlyBundle(check, 'the bundle could not be read'));
  }
  const said = saidBy(source.bundle, context.rules);
  if ('ignored' in said) {
    const checks = onlyBundle(notChecked(said.ignored), 'the bundle is no provenance of a kind that was asked for');
    return { origin, status: 'ignored', reasons: [said.ignored], ...UNVERIFIED, facts: {}, checks };
  }
  const verified = checkSignature(source.bundle, context.roots, context.rules, context.now);
  return report(origin, verified, checksOf(said, verified, context));
};
