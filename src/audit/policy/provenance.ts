import type { ExpectedWorkflow, ProvenanceExpectations } from '../../provenance/expectations.ts';
import type { ProvenancePolicy, Stated } from './policy.ts';

type Plain<T> =
  T extends Stated<infer Value> ? Value : T extends readonly Stated<infer Value>[] ? readonly Value[] : never;

/** `value` under `key` without its sources; nothing where it was not stated. */
const plain = <const Key extends string, T extends Stated<unknown> | readonly Stated<unknown>[]>(
  key: Key,
  stated: T | undefined,
): { [Name in Key]?: Plain<T> } => {
  if (stated === undefined) return {};
  const value = Array.isArray(stated)
    ? stated.map((one: Stated<unknown>) => one.value)
    : (stated as Stated<unknown>).value;
  return { [key]: value } as { [Name in Key]?: Plain<T> };
};

const workflowOf = ({ workflow, workflowRepository, workflowRefs, workflowCommit }: ProvenancePolicy) => {
  if (workflow === undefined) return {};
  const expected: ExpectedWorkflow = {
    path: workflow.value,
    ...plain('repository', workflowRepository),
    ...plain('refs', workflowRefs),
    ...plain('commit', workflowCommit),
  };
  return { workflow: expected };
};

/** What a policy expects of a build, as the checks of provenance take it. What is not stated keeps its strict default. */
export const provenanceExpectations = (policy: ProvenancePolicy = {}): ProvenanceExpectations => ({
  ...plain('repository', policy.repository),
  ...plain('repositoryId', policy.repositoryId),
  ...plain('ownerId', policy.ownerId),
  ...plain('commit', policy.commit),
  ...workflowOf(policy),
  ...plain('refs', policy.refs),
  ...plain('runners', policy.runners),
  ...plain('triggers', policy.triggers),
  ...plain('predicateTypes', policy.predicateTypes),
  ...plain('instances', policy.instances),
});
