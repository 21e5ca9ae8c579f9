import { escapeText } from '../../base/escape.ts';
import { rulesOf } from '../../provenance/expectations.ts';
import { admits, type RefRule } from '../../provenance/refs.ts';
import { isRepository, repositoryOf, urlOf } from '../../provenance/repository.ts';
import { bothSources, loosens, noOverlap, overlap, vouches } from './layers.ts';
import type { ProvenancePolicy, Stated } from './policy.ts';

/** What holds of a build where no layer says otherwise. */
const DEFAULTS = rulesOf({});

const sameRepository = (a: string, b: string): boolean =>
  isRepository(urlOf(repositoryOf(a, 'it')), repositoryOf(b, 'it'));

const equal = (a: string, b: string): boolean => a === b;

/** The one value that both layers state. What one alone states holds: it is a demand more. */
const agreed = (
  what: string,
  earlier: Stated<string> | undefined,
  later: Stated<string> | undefined,
  same: (a: string, b: string) => boolean = equal,
): Stated<string> | undefined => {
  if (earlier === undefined || later === undefined) return earlier ?? later;
  if (!same(earlier.value, later.value)) throw noOverlap(what, [earlier], [later]);
  return { value: earlier.value, source: bothSources(earlier.source, later.source) };
};

/** Whether every ref that `one` admits is admitted by `held`. */
const coversRef = (held: RefRule, one: RefRule): boolean =>
  one.endsWith('*') ? held.endsWith('*') && one.startsWith(held.slice(0, -1)) : admits([held], one);

const narrowerRef = (a: RefRule, b: RefRule): RefRule | undefined => {
  if (coversRef(a, b)) return b;
  return coversRef(b, a) ? a : undefined;
};

/**
 * What the later layer allows, all of which the earlier one must allow, or the default where it says nothing: each of these lists
 * makes a build pass that would not without it.
 */
const within = <T extends string>(
  what: string,
  earlier: readonly Stated<T>[] | undefined,
  later: readonly Stated<T>[] | undefined,
  defaults: readonly T[],
  covers: (held: T, one: T) => boolean = equal,
): readonly Stated<T>[] | undefined => {
  if (later === undefined) return earlier;
  const allowed: readonly Partial<Stated<T>>[] = earlier ?? defaults.map((value) => ({ value }));
  return later.map(({ value, source }) => {
    const held = allowed.find((one) => covers(one.value as T, value));
    if (held === undefined) {
      const before = earlier === undefined ? ` (the default is ${defaults.join(', ')})` : '';
      throw loosens(source, `${what} ${escapeText(value)}, which the policy before it does not${before}`);
    }
    return { value, source: held.source === undefined ? source : bothSources(held.source, source) };
  });
};

/** The same for a value that a check passes by: the earlier layer has to state it. */
const stated = (
  what: string,
  earlier: Stated<string> | undefined,
  later: Stated<string> | undefined,
  same?: (a: string, b: string) => boolean,
): Stated<string> | undefined => {
  if (earlier === undefined && later !== undefined) throw vouches(later.source, what);
  return agreed(what, earlier, later, same);
};

const STATE_BEFORE = 'state it in the earlier one, or remove it';

/**
 * A workflow without a repository lies in the source's, and without refs and commit it is of the source's commit. A later layer
 * that states one of them where an earlier one left the workflow at that would take the demand away. A workflow that lies elsewhere is not
 * checked without one of them, and a later layer would vouch for it.
 */
const keepHome = (earlier: ProvenancePolicy, later: ProvenancePolicy, repository: Stated<string> | undefined): void => {
  if (earlier.workflow === undefined) return;
  const { workflowRepository: place } = later;
  const isSource = (url: string): boolean => repository !== undefined && sameRepository(url, repository.value);
  if (place !== undefined && earlier.workflowRepository === undefined && !isSource(place.value)) {
    const what = `a workflow of ${escapeText(place.value)}, which the policy before it expects in the source's repository`;
    throw loosens(place.source, what, STATE_BEFORE);
  }
  if (earlier.workflowRefs !== undefined || earlier.workflowCommit !== undefined) return;
  const [key, one] =
    later.workflowRefs === undefined
      ? ['provenance.workflow_commit', later.workflowCommit]
      : ['provenance.workflow_refs', later.workflowRefs[0]];
  if (one === undefined) return;
  const elsewhere = earlier.workflowRepository;
  if (elsewhere !== undefined && !isSource(elsewhere.value)) throw vouches(one.source, key);
  const what = `the workflow at ${escapeText(one.value)}, which the policy before it expects at the source's commit`;
  throw loosens(one.source, what, STATE_BEFORE);
};

/** What is expected of a build by two layers. Throws PolicyError `no-overlap` or `loosens`. */
export const tightenProvenance = (
  earlier: ProvenancePolicy | undefined,
  later: ProvenancePolicy | undefined,
): ProvenancePolicy | undefined => {
  if (later === undefined) return earlier;
  const before = earlier ?? {};
  const repository = stated('provenance.repository', before.repository, later.repository, sameRepository);
  keepHome(before, later, repository);
  const all = {
    repository,
    repositoryId: agreed('provenance.repository_id', before.repositoryId, later.repositoryId),
    ownerId: agreed('provenance.owner_id', before.ownerId, later.ownerId),
    commit: stated('provenance.commit', before.commit, later.commit),
    workflow: stated('provenance.workflow', before.workflow, later.workflow),
    workflowRepository: agreed(
      'provenance.workflow_repository',
      before.workflowRepository,
      later.workflowRepository,
      sameRepository,
    ),
    workflowRefs:
      before.workflowRefs === undefined
        ? later.workflowRefs
        : overlap('provenance.workflow_refs', before.workflowRefs, later.workflowRefs, narrowerRef),
    workflowCommit: agreed('provenance.workflow_commit', before.workflowCommit, later.workflowCommit),
    refs: within('ref', before.refs, later.refs, DEFAULTS.refs, coversRef),
    runners: within('runner', before.runners, later.runners, DEFAULTS.runners),
    triggers: within('trigger', before.triggers, later.triggers, DEFAULTS.triggers),
    predicateTypes: within('predicate type', before.predicateTypes, later.predicateTypes, DEFAULTS.predicateTypes),
    instances: within('instance', before.instances, later.instances, DEFAULTS.instances),
  };
  const left = Object.entries(all).filter(([, value]) => value !== undefined);
  return Object.fromEntries(left) as ProvenancePolicy;
};
