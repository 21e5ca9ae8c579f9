import { ProvenanceError } from './errors.ts';
import { shown } from './fields.ts';
import { INSTANCES, type Instance } from './instance.ts';
import { type PredicateType, STATEMENT_TYPES } from './predicate.ts';
import { BRANCH_OR_TAG, checkRefRule, type RefRule } from './refs.ts';
import { isRepository, type Repository, repositoryOf, urlOf } from './repository.ts';

/** Who issues the identity tokens of GitHub's workflows. */
export const GITHUB_ISSUER = 'https://token.actions.githubusercontent.com';
/** Events that start a build of what is in the repository: none of them runs what a stranger proposes. */
export const TRIGGERS: readonly string[] = ['push', 'release', 'workflow_dispatch', 'schedule'];
export const RUNNERS = ['github-hosted', 'self-hosted'] as const;

export type Runner = (typeof RUNNERS)[number];

/** The workflow whose identity signed (the subject of the certificate). */
export interface ExpectedWorkflow {
  /** Where it lies, as URL; the source repository where left out. */
  readonly repository?: string;
  /** From the top of the repository: `.github/workflows/release.yml`. Compared exactly. */
  readonly path: string;
  /** Which refs of it. A workflow of the source repository needs none: it is then of the source commit itself. */
  readonly refs?: readonly RefRule[];
  /** 40 lower-case hex: the commit of its repository that it was read from. */
  readonly commit?: string;
}

/**
 * What an auditor expects of a build. What is left out has the strict default that is named; without one, the check is not made,
 * and says so. Nothing means "any", and an empty list is an error.
 */
export interface ProvenanceExpectations {
  /** Compared exactly. {@link GITHUB_ISSUER}. */
  readonly issuer?: string;
  /** `https://host/owner/name`. */
  readonly repository?: string;
  /** Decimal; survives renames, and tells a repository from a later one of the same name. */
  readonly repositoryId?: string;
  readonly ownerId?: string;
  /** 40 or 64 lower-case hex. */
  readonly commit?: string;
  readonly workflow?: ExpectedWorkflow;
  /** Of the source. {@link BRANCH_OR_TAG}. */
  readonly refs?: readonly RefRule[];
  /** Only `github-hosted`. */
  readonly runners?: readonly Runner[];
  /** {@link TRIGGERS}. */
  readonly triggers?: readonly string[];
  /** Only `https://slsa.dev/provenance/v1`. */
  readonly predicateTypes?: readonly PredicateType[];
  /** Only `public-good`. GitHub's own has no log that anybody could look into: it has to be asked for. */
  readonly instances?: readonly Instance[];
}

export interface WorkflowRule {
  /** Undefined where neither it nor the source repository was stated. */
  readonly repository: Repository | undefined;
  readonly path: string;
  readonly refs: readonly RefRule[] | undefined;
  readonly commit: string | undefined;
  /** It lies in the source repository. */
  readonly isSource: boolean;
}

/** {@link ProvenanceExpectations}, checked and with the defaults put in. */
export interface Rules {
  readonly issuer: string;
  readonly repository: Repository | undefined;
  readonly repositoryId: string | undefined;
  readonly ownerId: string | undefined;
  readonly commit: string | undefined;
  readonly workflow: WorkflowRule | undefined;
  readonly refs: readonly RefRule[];
  readonly runners: readonly Runner[];
  readonly triggers: readonly string[];
  readonly predicateTypes: readonly PredicateType[];
  readonly instances: readonly Instance[];
}

const matching = (text: string, pattern: RegExp, what: string, form: string): string => {
  if (pattern.test(text)) return text;
  throw new ProvenanceError('bad-expectation', `the expected ${what} is ${shown(text)}, not ${form}`);
};

/** `text` where it is stated, and then as it has to be. */
const stated = (text: string | undefined, pattern: RegExp, what: string, form: string): string | undefined =>
  text === undefined ? undefined : matching(text, pattern, what, form);

const notEmpty = <T>(list: readonly T[], what: string): readonly T[] => {
  if (list.length > 0) return list;
  throw new ProvenanceError('bad-expectation', `the list of expected ${what} is empty`, {
    hint: 'leave it out for the default; nothing means "any"',
  });
};

const closed = <T extends string>(list: readonly T[], known: readonly string[], what: string): readonly T[] => {
  const odd = notEmpty(list, what).find((one) => !known.includes(one));
  if (odd === undefined) return list;
  throw new ProvenanceError(
    'bad-expectation',
    `${shown(odd)} is none of the ${what} that are known: ${known.join(', ')}`,
  );
};

const refsOf = (refs: readonly RefRule[], what: string): readonly RefRule[] =>
  notEmpty(refs, what).map((rule) => checkRefRule(rule, `one of the expected ${what}`));

const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const COMMIT_FORM = '40 or 64 lower-case hex digits';
const PATH = /^(?!.*(?:^|\/)\.{0,2}(?:\/|$))[^@\s]+$/;

const workflowOf = (given: ExpectedWorkflow, source: Repository | undefined): WorkflowRule => {
  const repository =
    given.repository === undefined ? source : repositoryOf(given.repository, "the workflow's repository");
  return {
    repository,
    path: matching(given.path, PATH, 'workflow', 'a path inside of a repository'),
    refs: given.refs === undefined ? undefined : refsOf(given.refs, 'refs of the workflow'),
    commit: stated(given.commit, COMMIT, 'commit of the workflow', COMMIT_FORM),
    isSource: repository !== undefined && source !== undefined && isRepository(urlOf(repository), source),
  };
};

/** Throws {@link ProvenanceError} `bad-expectation` for what cannot be meant. */
export const rulesOf = (given: ProvenanceExpectations): Rules => {
  const repository = given.repository === undefined ? undefined : repositoryOf(given.repository, 'the repository');
  return {
    issuer: stated(given.issuer, /^https:\/\/[^\s]+$/, 'issuer', 'an https URL') ?? GITHUB_ISSUER,
    repository,
    repositoryId: stated(given.repositoryId, /^[1-9]\d*$/, 'repository id', 'a number'),
    ownerId: stated(given.ownerId, /^[1-9]\d*$/, 'owner id', 'a number'),
    commit: stated(given.commit, COMMIT, 'commit', COMMIT_FORM),
    workflow: given.workflow === undefined ? undefined : workflowOf(given.workflow, repository),
    refs: given.refs === undefined ? BRANCH_OR_TAG : refsOf(given.refs, 'refs'),
    runners: closed(given.runners ?? ['github-hosted'], RUNNERS, 'runners'),
    triggers: notEmpty(given.triggers ?? TRIGGERS, 'triggers'),
    predicateTypes: closed(
      given.predicateTypes ?? ['https://slsa.dev/provenance/v1'],
      Object.keys(STATEMENT_TYPES),
      'predicate types',
    ),
    instances: closed(given.instances ?? ['public-good'], INSTANCES, 'instances'),
  };
};
