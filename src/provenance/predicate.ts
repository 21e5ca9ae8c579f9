import { arrayOf, type JsonObject, objectOf, optional, stringOf } from '../base/json.ts';
import type { ClaimName } from './claims.ts';
import { ProvenanceError } from './errors.ts';

/** The kinds of provenance that are understood, and the statement each comes in. */
export const STATEMENT_TYPES = {
  'https://slsa.dev/provenance/v1': 'https://in-toto.io/Statement/v1',
  'https://slsa.dev/provenance/v0.2': 'https://in-toto.io/Statement/v0.1',
} as const;

export type PredicateType = keyof typeof STATEMENT_TYPES;

/** How GitHub's provenance calls its kind of build: the second is that of before mid-2024. */
const GITHUB_BUILDS: readonly string[] = [
  'https://actions.github.io/buildtypes/workflow/v1',
  'https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1',
];
/** Of slsa-github-generator for containers, provenance v0.2. */
const GENERATOR_BUILDS: readonly string[] = ['https://github.com/slsa-framework/slsa-github-generator/container@v1'];

/** Whether the fields of a predicate are known to mean what {@link sayingsOf} takes them for. */
export const isKnownBuild = (type: PredicateType, buildType: string): boolean =>
  (type === 'https://slsa.dev/provenance/v1' ? GITHUB_BUILDS : GENERATOR_BUILDS).includes(buildType);

/** The builder that older provenance of GitHub names instead of the workflow. */
export const GITHUB_HOSTED_BUILDER = 'https://github.com/actions/runner/github-hosted';

/** Something that the predicate says and that the certificate says too. */
export interface Saying {
  /** Its place in the predicate. */
  readonly field: string;
  readonly said: string;
  /** The claim or claims of the certificate that it has to equal. */
  readonly claim: ClaimName | 'source' | 'entry-point';
}

/** The object at a path of keys. */
const at = (object: JsonObject, path: string): JsonObject => {
  let value = object;
  let where = '';
  for (const key of path.split('.')) {
    where += where === '' ? key : `.${key}`;
    value = objectOf(value[key], where);
  }
  return value;
};

const text = (object: JsonObject, path: string, key: string, claim: Saying['claim']): Saying => {
  const field = `${path}.${key}`;
  return { field, said: stringOf(at(object, path)[key], field), claim };
};

const WORKFLOW = 'buildDefinition.externalParameters.workflow';
const GITHUB = 'buildDefinition.internalParameters.github';

/** The commits of the dependency that is the source itself, which is the one that `uri` names. */
const commitsOf = (predicate: JsonObject, uri: string): readonly Saying[] => {
  const field = 'buildDefinition.resolvedDependencies';
  const list = arrayOf(at(predicate, 'buildDefinition').resolvedDependencies, field);
  const sources = list
    .map((item, index) => ({ item: objectOf(item, `${field}[${index}]`), where: `${field}[${index}]` }))
    .filter(({ item }) => item.uri === uri);
  if (sources.length === 0) throw new ProvenanceError('bad-statement', `${field} does not name the source`);
  return sources.map(({ item, where }) => ({
    field: `${where}.digest.gitCommit`,
    said: stringOf(objectOf(item.digest, `${where}.digest`).gitCommit, `${where}.digest.gitCommit`),
    claim: 'commit',
  }));
};

const githubSayings = (predicate: JsonObject): readonly Saying[] => {
  const github = at(predicate, GITHUB);
  const workflow = at(predicate, WORKFLOW);
  const repository = text(predicate, WORKFLOW, 'repository', 'repository');
  const ref = text(predicate, WORKFLOW, 'ref', 'ref');
  const path = stringOf(workflow.path, `${WORKFLOW}.path`);
  const runner = optional(stringOf, github.runner_environment, `${GITHUB}.runner_environment`);
  return [
    repository,
    ref,
    { field: WORKFLOW, said: `${repository.said}/${path}@${ref.said}`, claim: 'workflow' },
    ...commitsOf(predicate, `git+${repository.said}@${ref.said}`),
    text(predicate, 'runDetails.metadata', 'invocationId', 'run'),
    text(predicate, 'runDetails.builder', 'id', 'signer'),
    text(predicate, GITHUB, 'event_name', 'trigger'),
    text(predicate, GITHUB, 'repository_id', 'repositoryId'),
    text(predicate, GITHUB, 'repository_owner_id', 'ownerId'),
    // Provenance of before mid-2024 does not have it.
    ...(runner === undefined
      ? []
      : [{ field: `${GITHUB}.runner_environment`, said: runner, claim: 'runner' } as const]),
  ];
};

const generatorSayings = (predicate: JsonObject): readonly Saying[] => [
  text(predicate, 'invocation.configSource', 'uri', 'source'),
  text(predicate, 'invocation.configSource.digest', 'sha1', 'commit'),
  text(predicate, 'invocation.configSource', 'entryPoint', 'entry-point'),
  text(predicate, 'invocation.environment', 'github_event_name', 'trigger'),
  text(predicate, 'invocation.environment', 'github_repository_id', 'repositoryId'),
  text(predicate, 'invocation.environment', 'github_repository_owner_id', 'ownerId'),
  text(predicate, 'builder', 'id', 'signer'),
];

/** How the predicate calls its kind of build. Throws a `JsonError` where it does not. */
export const buildTypeOf = (type: PredicateType, predicate: JsonObject): string =>
  type === 'https://slsa.dev/provenance/v1'
    ? stringOf(at(predicate, 'buildDefinition').buildType, 'buildDefinition.buildType')
    : stringOf(predicate.buildType, 'buildType');

/** All that the predicate says and that the certificate has to say too. Throws where it does not say it. */
export const sayingsOf = (type: PredicateType, predicate: JsonObject): readonly Saying[] =>
  type === 'https://slsa.dev/provenance/v1' ? githubSayings(predicate) : generatorSayings(predicate);
