import type { Claims } from '../claims.ts';
import type { Rules, WorkflowRule } from '../expectations.ts';
import { failed, notChecked, passed } from '../outcome.ts';
import { admits } from '../refs.ts';
import { refOfWorkflow, urlOf } from '../repository.ts';
import type { ProvenanceCheck } from '../result.ts';

const differs = (summary: string, expected: string, found: string | undefined): ProvenanceCheck =>
  failed(summary, { expected, found: found ?? '(nothing)' });

/** The commit that the workflow has to be of: the one that was stated, or else, at home, the one that was built. */
const commitOf = (rule: WorkflowRule, claims: Claims): string | undefined =>
  rule.commit ?? (rule.isSource && rule.refs === undefined ? claims.current.commit : undefined);

const judge = (signer: string, claims: Claims, rule: WorkflowRule): ProvenanceCheck => {
  if (rule.repository === undefined)
    return notChecked('no repository was expected that it could be of', { found: signer });
  const expected = `${urlOf(rule.repository)}/${rule.path}`;
  const ref = refOfWorkflow(signer, rule.repository, rule.path);
  if (ref === undefined) return differs('signed by another workflow', expected, signer);
  if (rule.refs !== undefined && !admits(rule.refs, ref)) {
    return differs('signed by the workflow at another ref', rule.refs.join(' or '), ref);
  }
  const commit = commitOf(rule, claims);
  if (rule.refs === undefined && commit === undefined) {
    // Who owns that repository could put anything at a ref that nobody stated.
    const hint = 'state the refs or the commit of the workflow';
    return notChecked('no ref and no commit was expected of a workflow in another repository', { found: signer, hint });
  }
  if (commit !== undefined && claims.current.signerCommit !== commit) {
    return differs('signed by the workflow at another commit', commit, claims.current.signerCommit);
  }
  return passed('signed by the expected workflow', { expected, found: signer });
};

/** The identity that signed is the expected workflow, letter by letter, and the certificate names it alike in both places. */
export const checkWorkflow = (claims: Claims, { workflow }: Rules): ProvenanceCheck => {
  const { signer } = claims.current;
  if (signer === undefined) return failed('the certificate does not say which workflow signed');
  if (signer !== claims.subject) {
    return differs('the certificate names two workflows', claims.subject, signer);
  }
  if (workflow !== undefined) return judge(signer, claims, workflow);
  return notChecked('no workflow was expected', { found: signer, hint: 'state the path of the workflow that builds' });
};
