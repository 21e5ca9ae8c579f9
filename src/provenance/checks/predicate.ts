import type { Claims } from '../claims.ts';
import { broken, failed, passed } from '../outcome.ts';
import {
  buildTypeOf,
  GITHUB_HOSTED_BUILDER,
  isKnownBuild,
  type PredicateType,
  type Saying,
  STATEMENT_TYPES,
  sayingsOf,
} from '../predicate.ts';
import type { ProvenanceCheck } from '../result.ts';
import type { Statement } from '../statement.ts';

/** The statement is of the type that its predicate belongs to, and of a kind of build whose fields are understood. */
export const checkPredicate = (statement: Statement, type: PredicateType): ProvenanceCheck => {
  try {
    if (statement.type !== STATEMENT_TYPES[type]) {
      return failed('the statement is of another type', { expected: STATEMENT_TYPES[type], found: statement.type });
    }
    const buildType = buildTypeOf(type, statement.predicate);
    if (!isKnownBuild(type, buildType)) return failed('a kind of build that is not known', { found: buildType });
    return passed('build provenance of a known kind', { expected: type, found: buildType });
  } catch (error) {
    return broken(error);
  }
};

/** What the certificate says where the predicate says `claim`; undefined where it does not say it. */
const certified = ({ current }: Claims, claim: Saying['claim']): string | undefined => {
  const { repository, ref, workflow } = current;
  if (claim !== 'source' && claim !== 'entry-point') return current[claim];
  if (repository === undefined || ref === undefined) return undefined;
  if (claim === 'source') return `git+${repository}@${ref}`;
  const [before, after] = [`${repository}/`, `@${ref}`];
  return workflow?.startsWith(before) === true && workflow.endsWith(after)
    ? workflow.slice(before.length, -after.length)
    : undefined;
};

/** Older provenance names GitHub's runners as the builder, which says no more than that the machine was GitHub's. */
const isOldBuilder = ({ claim, said }: Saying, { current }: Claims): boolean =>
  claim === 'signer' && said === GITHUB_HOSTED_BUILDER && current.runner === 'github-hosted';

/**
 * The predicate says what the certificate says. The workflow writes the one and Fulcio the other, so a workflow that was taken over can
 * say of itself what it likes; nothing is decided by the predicate, and one that disagrees is refused.
 */
export const checkAgreement = ({ predicate }: Statement, type: PredicateType, claims: Claims): ProvenanceCheck => {
  try {
    for (const saying of sayingsOf(type, predicate)) {
      const expected = certified(claims, saying.claim);
      if (saying.said === expected || isOldBuilder(saying, claims)) continue;
      return failed(`the predicate contradicts the certificate in ${saying.field}`, {
        expected: expected ?? '(the certificate does not say)',
        found: saying.said,
      });
    }
    return passed('the predicate says what the certificate says');
  } catch (error) {
    return broken(error);
  }
};
