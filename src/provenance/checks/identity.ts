import type { ClaimName, Claims, LegacyClaimName } from '../claims.ts';
import type { Rules } from '../expectations.ts';
import { failed, notChecked, passed } from '../outcome.ts';
import { admits, type RefRule } from '../refs.ts';
import { isRepository, type Repository, urlOf } from '../repository.ts';
import type { ProvenanceCheck } from '../result.ts';

/** Reads a claim, or says that it is missing. */
const claimed = (
  claims: Claims,
  name: ClaimName,
  what: string,
  judge: (value: string) => ProvenanceCheck,
): ProvenanceCheck => {
  const value = claims.current[name];
  return value === undefined ? failed(`the certificate does not say ${what}`) : judge(value);
};

/** The deprecated extension that says the same, where the certificate has it, has to say the same. */
const legacyDiffers = (
  { current, legacy }: Claims,
  name: LegacyClaimName,
  write: (value: string) => string = (value) => value,
): ProvenanceCheck | undefined => {
  const old = legacy[name];
  const now = current[name];
  return old === undefined || write(old) === now
    ? undefined
    : failed('the certificate says it twice and differently', { expected: now ?? '(nothing)', found: write(old) });
};

const equals = (value: string, expected: string, right: string, wrong: string): ProvenanceCheck =>
  value === expected ? passed(right, { expected, found: value }) : failed(wrong, { expected, found: value });

export const checkIssuer = (claims: Claims, { issuer }: Rules): ProvenanceCheck =>
  claimed(
    claims,
    'issuer',
    'who issued the identity',
    (value) =>
      legacyDiffers(claims, 'issuer') ??
      equals(value, issuer, 'the identity is of the expected issuer', 'the identity is of another issuer'),
  );

/** The owner's URL is what the repository's begins with. */
const ownerAgrees = (owner: string | undefined, repository: string): boolean =>
  owner === undefined || repository.startsWith(`${owner}/`);

const idDiffers = (
  { current }: Claims,
  name: 'repositoryId' | 'ownerId',
  expected: string | undefined,
  what: string,
): ProvenanceCheck | undefined => {
  if (expected === undefined || current[name] === expected) return undefined;
  return failed(`the ${what} has another id: it may be a later one of the same name`, {
    expected,
    found: current[name] ?? '(none)',
  });
};

const judgeRepository = (value: string, claims: Claims, rules: Rules, repository: Repository): ProvenanceCheck => {
  const expected = urlOf(repository);
  if (!isRepository(value, repository)) return failed('built from another repository', { expected, found: value });
  if (!ownerAgrees(claims.current.owner, value)) {
    return failed('the certificate names an owner that is not the repository’s', {
      expected: value,
      found: claims.current.owner ?? '',
    });
  }
  return (
    legacyDiffers(claims, 'repository', (path) => `https://${repository.host}/${path}`) ??
    idDiffers(claims, 'repositoryId', rules.repositoryId, 'repository') ??
    idDiffers(claims, 'ownerId', rules.ownerId, 'owner') ??
    passed('built from the expected repository', { expected, found: value })
  );
};

export const checkRepository = (claims: Claims, rules: Rules): ProvenanceCheck =>
  claimed(claims, 'repository', 'which repository was built', (value) =>
    rules.repository === undefined
      ? notChecked('no repository was expected', { found: value, hint: 'state the repository that is audited' })
      : judgeRepository(value, claims, rules, rules.repository),
  );

export const checkCommit = (claims: Claims, { commit }: Rules): ProvenanceCheck =>
  claimed(claims, 'commit', 'which commit was built', (value) => {
    const differs = legacyDiffers(claims, 'commit');
    if (differs !== undefined) return differs;
    return commit === undefined
      ? notChecked('no commit was expected', { found: value, hint: 'state the commit that was audited' })
      : equals(value, commit, 'built from the expected commit', 'built from another commit');
  });

const isPull = (ref: string): boolean => ref.startsWith('refs/pull/');

const judgeRef = (value: string, refs: readonly RefRule[]): ProvenanceCheck => {
  const expected = refs.join(' or ');
  if (admits(refs, value)) return passed('built from an expected ref', { expected, found: value });
  const summary = isPull(value) ? 'built from a pull request, which anybody can open' : 'built from another ref';
  return failed(summary, { expected, found: value });
};

export const checkRef = (claims: Claims, { refs }: Rules): ProvenanceCheck =>
  claimed(claims, 'ref', 'which ref was built', (value) => legacyDiffers(claims, 'ref') ?? judgeRef(value, refs));

const oneOf = (value: string, list: readonly string[], right: string, wrong: string): ProvenanceCheck => {
  const remarks = { expected: list.join(' or '), found: value };
  return list.includes(value) ? passed(right, remarks) : failed(wrong, remarks);
};

export const checkRunner = (claims: Claims, { runners }: Rules): ProvenanceCheck =>
  claimed(claims, 'runner', 'what it was built on', (value) =>
    oneOf(value, runners, 'built on an expected kind of machine', 'built on another kind of machine'),
  );

export const checkTrigger = (claims: Claims, { triggers }: Rules): ProvenanceCheck =>
  claimed(
    claims,
    'trigger',
    'what started the build',
    (value) =>
      legacyDiffers(claims, 'trigger') ??
      oneOf(value, triggers, 'started by an expected event', 'started by another event'),
  );
