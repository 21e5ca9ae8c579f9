import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PolicyError } from '../../../src/audit/policy/errors.ts';
import { tightenProvenance } from '../../../src/audit/policy/merge-provenance.ts';
import { mergePolicies } from '../../../src/audit/policy/merge.ts';
import { EMPTY_POLICY, type ProvenancePolicy, type Stated } from '../../../src/audit/policy/policy.ts';
import { provenanceExpectations } from '../../../src/audit/policy/provenance.ts';
import {
  checkCommit,
  checkRef,
  checkRepository,
  checkRunner,
  checkTrigger,
} from '../../../src/provenance/checks/identity.ts';
import { checkWorkflow } from '../../../src/provenance/checks/workflow.ts';
import type { Claims } from '../../../src/provenance/claims.ts';
import { rulesOf } from '../../../src/provenance/expectations.ts';
import { holds } from '../../support/property.ts';
import { seldom, without } from './arbitraries.ts';

const of =
  (source: string) =>
  <T>(value: T): Stated<T> => ({ value, source });
const org = of('org');
const repo = of('repo');
const both = of('org and repo');

const HOME = 'https://github.com/example/launcher';
const AWAY = 'https://github.com/example/builders';
const PATH = '.github/workflows/release.yml';

const errorOf = (earlier: ProvenancePolicy | undefined, later: ProvenancePolicy): PolicyError => {
  try {
    tightenProvenance(earlier, later);
  } catch (error) {
    if (error instanceof PolicyError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

test('a layer that states nothing of it changes nothing', () => {
  const policy: ProvenancePolicy = { repository: org(HOME), runners: [org('self-hosted' as const)] };
  expect(tightenProvenance(undefined, undefined)).toBeUndefined();
  expect(tightenProvenance(policy, undefined)).toBe(policy);
  expect(tightenProvenance(policy, {})).toStrictEqual(policy);
  const stated = { ...EMPTY_POLICY, provenance: policy };
  expect(mergePolicies([stated, EMPTY_POLICY])).toStrictEqual(stated);
  expect(mergePolicies([stated, stated])).toStrictEqual(stated);
});

const SINGLE = [
  ['repository', 'repository', HOME, AWAY],
  ['repositoryId', 'repository_id', '1', '2'],
  ['ownerId', 'owner_id', '1', '2'],
  ['commit', 'commit', 'a'.repeat(40), 'b'.repeat(40)],
  ['workflow', 'workflow', PATH, 'b.yml'],
  ['workflowRepository', 'workflow_repository', HOME, AWAY],
  ['workflowCommit', 'workflow_commit', 'a'.repeat(40), 'b'.repeat(40)],
] as const;

test.each(SINGLE)('%s: both layers must state the same', (name, key, value, other) => {
  expect(tightenProvenance({ [name]: org(value) }, { [name]: repo(value) })).toStrictEqual({ [name]: both(value) });
  const error = errorOf({ [name]: org(value) }, { [name]: repo(other) });
  expect(error).toMatchObject({ code: 'no-overlap', exitCode: 2 });
  expect(error.message).toBe(`no provenance.${key} satisfies both (org) and (repo)`);
});

test.each([
  ['repository', 'repository', HOME],
  ['commit', 'commit', 'a'.repeat(40)],
  ['workflow', 'workflow', PATH],
] as const)('%s: what the earlier layer leaves open a later one does not vouch for', (name, key, value) => {
  for (const earlier of [undefined, {}, { ownerId: org('9') }]) {
    const error = errorOf(earlier, { [name]: repo(value) });
    expect(error).toMatchObject({ code: 'loosens', exitCode: 2 });
    expect(error.message).toBe(`repo states provenance.${key}, which the policy before it leaves open`);
    expect(error.hint).toContain(`state provenance.${key} in the earlier one, or remove it`);
  }
});

test.each([
  ['repositoryId', '1'],
  ['ownerId', '1'],
] as const)('%s is a demand more, by which nothing passes', (name, value) => {
  expect(tightenProvenance(undefined, { [name]: repo(value) })).toStrictEqual({ [name]: repo(value) });
  const earlier = { repository: org(HOME) };
  expect(tightenProvenance(earlier, { [name]: repo(value) })).toStrictEqual({ ...earlier, [name]: repo(value) });
});

test('a repository is the same in any case, and with .git', () => {
  const later = { repository: repo('https://github.com/Example/launcher.git') };
  expect(tightenProvenance({ repository: org(HOME) }, later)).toStrictEqual({ repository: both(HOME) });
  const place = { workflowRepository: repo('https://github.com/example/BUILDERS/') };
  expect(tightenProvenance({ workflowRepository: org(AWAY) }, place)).toStrictEqual({ workflowRepository: both(AWAY) });
});

const LISTS = [
  ['refs', 'ref', 'refs/heads/*', 'refs/tags/*', 'refs/pull/1/merge', 'refs/heads/*, refs/tags/*'],
  ['runners', 'runner', 'github-hosted', 'github-hosted', 'self-hosted', 'github-hosted'],
  ['triggers', 'trigger', 'push', 'schedule', 'pull_request', 'push, release, workflow_dispatch, schedule'],
  [
    'predicateTypes',
    'predicate type',
    'https://slsa.dev/provenance/v1',
    'https://slsa.dev/provenance/v1',
    'https://slsa.dev/provenance/v0.2',
    'https://slsa.dev/provenance/v1',
  ],
  ['instances', 'instance', 'public-good', 'public-good', 'github', 'public-good'],
] as const;

test.each(LISTS)(
  '%s: a later layer keeps within the earlier one, or the default',
  (name, what, a, b, wide, defaults) => {
    const wider: ProvenancePolicy = { [name]: [org(a), org(wide)] };
    expect(tightenProvenance(wider, { [name]: [repo(wide)] })).toStrictEqual({ [name]: [both(wide)] });
    expect(tightenProvenance(wider, {})).toStrictEqual(wider);
    for (const earlier of [undefined, {}]) {
      expect(tightenProvenance(earlier, { [name]: [repo(a), repo(b)] })).toStrictEqual({ [name]: [repo(a), repo(b)] });
      const error = errorOf(earlier, { [name]: [repo(a), of('repo\u001b')(wide)] });
      expect(error).toMatchObject({ code: 'loosens', exitCode: 2 });
      expect(error.message).toBe(
        `repo\\x1b accepts ${what} ${wide}, which the policy before it does not (the default is ${defaults})`,
      );
      expect(error.hint).toBe(
        'a later policy may only tighten an earlier one: accept it in the earlier one, or remove it',
      );
    }
    const error = errorOf({ [name]: [org(wide)] }, { [name]: [repo(a)] });
    expect(error).toMatchObject({ code: 'loosens' });
    expect(error.message).toBe(`repo accepts ${what} ${a}, which the policy before it does not`);
    const first = { ...EMPTY_POLICY, provenance: wider };
    expect(mergePolicies([first])).toBe(first);
    expect(() => mergePolicies([EMPTY_POLICY, first])).toThrow(PolicyError);
  },
);

test.each([
  ['refs/heads/*', 'refs/heads/main', true],
  ['refs/heads/*', 'refs/heads/rel*', true],
  ['refs/heads/*', 'refs/heads/*', true],
  ['refs/heads/main', 'refs/heads/main', true],
  ['refs/heads/main', 'refs/heads/main*', false],
  ['refs/heads/main', 'refs/heads/mai*', false],
  ['refs/heads/rel*', 'refs/heads/*', false],
  ['refs/heads/rel*', 'refs/heads/rel', false],
  ['refs/heads/rel*', 'refs/heads/rel-1', true],
  ['refs/heads/*', 'refs/tags/v1', false],
])('%s holds %s: %s', (earlier, later, isHeld) => {
  const merge = () => tightenProvenance({ refs: [org(earlier)] }, { refs: [repo(later)] });
  if (isHeld) expect(merge()).toStrictEqual({ refs: [both(later)] });
  else expect(merge).toThrow(PolicyError);
});

test.each([
  [['refs/tags/*'], ['refs/tags/v*'], ['refs/tags/v*']],
  [['refs/tags/v*'], ['refs/tags/*'], ['refs/tags/v*']],
  [
    ['refs/tags/v*', 'refs/heads/main'],
    ['refs/tags/v1', 'refs/heads/*'],
    ['refs/tags/v1', 'refs/heads/main'],
  ],
])('refs of the workflow intersect: %j and %j', (earlier, later, left) => {
  const workflow = { workflow: org(PATH), workflowRefs: earlier.map(org) };
  const merged = tightenProvenance(workflow, { workflow: org(PATH), workflowRefs: later.map(repo) });
  expect(merged).toStrictEqual({ workflow: org(PATH), workflowRefs: left.map(both) });
});

test('refs of the workflow with nothing in common', () => {
  const error = errorOf({ workflowRefs: [org('refs/tags/v*')] }, { workflowRefs: [repo('refs/tags/v')] });
  expect(error.message).toBe('no provenance.workflow_refs satisfies both (org) and (repo)');
});

const home = { repository: org(HOME), workflow: org(PATH) };
const away = { ...home, workflowRepository: org(AWAY) };
const HINT = 'a later policy may only tighten an earlier one: state it in the earlier one, or remove it';

test('a workflow of the source stays there', () => {
  const later = { workflow: repo(PATH), workflowRepository: repo(AWAY) };
  const error = errorOf(home, later);
  expect(error).toMatchObject({ code: 'loosens', hint: HINT });
  expect(error.message).toBe(
    `repo accepts a workflow of ${AWAY}, which the policy before it expects in the source's repository`,
  );
  expect(errorOf({ workflow: org(PATH) }, later)).toMatchObject({ code: 'loosens' });
  const same = { workflow: repo(PATH), workflowRepository: repo(HOME) };
  expect(tightenProvenance(home, same)).toMatchObject({ workflow: both(PATH), workflowRepository: repo(HOME) });
  expect(errorOf({ workflow: org(PATH) }, same)).toMatchObject({ code: 'loosens' });
});

const C = 'c'.repeat(40);

test.each<[ProvenancePolicy, ProvenancePolicy, string]>([
  [home, { workflow: repo(PATH), workflowRefs: [repo('refs/tags/*')] }, 'refs/tags/*'],
  [home, { workflow: repo(PATH), workflowCommit: repo(C) }, C],
  [{ ...home, workflowRepository: org(HOME) }, { workflow: repo(PATH), workflowCommit: repo(C) }, C],
  [{ workflow: org(PATH) }, { workflow: repo(PATH), workflowCommit: repo(C) }, C],
])('a workflow of the source commit stays of it: %j, %j', (earlier, later, shown) => {
  const error = errorOf(earlier, later);
  expect(error).toMatchObject({ code: 'loosens', hint: HINT });
  expect(error.message).toBe(
    `repo accepts the workflow at ${shown}, which the policy before it expects at the source's commit`,
  );
});

test.each<[ProvenancePolicy, ProvenancePolicy, string]>([
  [away, { workflowRefs: [repo('refs/tags/*')], workflowCommit: repo(C) }, 'workflow_refs'],
  [away, { workflow: repo(PATH), workflowCommit: repo(C) }, 'workflow_commit'],
  [{ workflow: org(PATH), workflowRepository: org(AWAY) }, { workflowCommit: repo(C) }, 'workflow_commit'],
])('a workflow elsewhere is not vouched for by a later layer: %j, %j', (earlier, later, key) => {
  const error = errorOf(earlier, later);
  expect(error).toMatchObject({ code: 'loosens' });
  expect(error.message).toBe(`repo states provenance.${key}, which the policy before it leaves open`);
});

test.each<[ProvenancePolicy, ProvenancePolicy]>([
  [
    { ...away, workflowCommit: org(C) },
    { workflow: repo(PATH), workflowRefs: [repo('refs/tags/*')] },
  ],
  [
    { ...home, workflowRefs: [org('refs/tags/*')] },
    { workflow: repo(PATH), workflowCommit: repo(C) },
  ],
  [
    { ...home, workflowCommit: org(C) },
    { workflow: repo(PATH), workflowRefs: [repo('refs/tags/*')] },
  ],
])('where it was not of the source commit, refs and commit are one demand more: %j, %j', (earlier, later) => {
  const { workflow, ...added } = later;
  expect(workflow).toBeDefined();
  expect(tightenProvenance(earlier, later)).toMatchObject(added);
});

const COMMITS = ['a'.repeat(40), 'b'.repeat(40)];
const REFS = ['refs/heads/a', 'refs/heads/ab', 'refs/tags/a', 'refs/pull/1/merge'];
const RULES = ['refs/heads/*', 'refs/heads/a*', 'refs/tags/*', ...REFS];
const TRIGGERS = ['push', 'release', 'pull_request'];
const one = <T>(...values: readonly T[]) => seldom(fc.constantFrom(...values.map(of('s'))));
const some = <T>(...values: readonly T[]) =>
  seldom(fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 }).map((all) => all.map(of('s'))));
const policy = fc
  .record({
    repository: one(HOME, AWAY),
    repositoryId: one('1', '2'),
    commit: one(...COMMITS),
    workflow: fc.constantFrom(undefined, of('s')(PATH)),
    workflowRepository: one(HOME, AWAY),
    workflowRefs: some(...RULES),
    workflowCommit: one(...COMMITS),
    refs: some(...RULES),
    runners: some('github-hosted', 'self-hosted'),
    triggers: some(...TRIGGERS),
  })
  .map(({ workflow, workflowRepository, workflowRefs, workflowCommit, ...rest }): ProvenancePolicy => {
    const all = {
      ...rest,
      ...(workflow === undefined ? {} : { workflow, workflowRepository, workflowRefs, workflowCommit }),
    };
    return without(all) as ProvenancePolicy;
  });
const build = fc
  .record({
    repository: fc.constantFrom(HOME, AWAY),
    repositoryId: fc.constantFrom('1', '2'),
    commit: fc.constantFrom(...COMMITS),
    place: fc.constantFrom(HOME, AWAY),
    workflowRef: fc.constantFrom(...REFS),
    signerCommit: fc.constantFrom(...COMMITS),
    ref: fc.constantFrom(...REFS),
    runner: fc.constantFrom('github-hosted', 'github-hosted', 'self-hosted'),
    trigger: fc.constantFrom(...TRIGGERS),
  })
  .map(({ place, workflowRef, ...current }): Claims => {
    const signer = `${place}/${PATH}@${workflowRef}`;
    return { current: { ...current, signer }, legacy: {}, subject: signer, notBefore: 0 };
  });

const statesOf = (stated: ProvenancePolicy | undefined, claims: Claims) => {
  const rules = rulesOf(provenanceExpectations(stated));
  return [checkRepository, checkCommit, checkWorkflow, checkRef, checkRunner, checkTrigger].map(
    (check) => check(claims, rules).state,
  );
};
const accepts = (stated: ProvenancePolicy | undefined, claims: Claims): boolean =>
  !statesOf(stated, claims).includes('failed');

test('merging never lets a build pass that an earlier layer does not, nor one that a later layer expects otherwise', () =>
  holds(
    fc.property(
      fc.array(fc.option(policy, { nil: undefined, freq: 8 }), { minLength: 2, maxLength: 3 }),
      fc.array(build, { minLength: 30, maxLength: 60 }),
      (layers, builds) => {
        let merged: ProvenancePolicy | undefined;
        try {
          merged = mergePolicies(
            layers.map((provenance) => ({ ...EMPTY_POLICY, ...(provenance === undefined ? {} : { provenance }) })),
          ).provenance;
        } catch (error) {
          return error instanceof PolicyError && ['loosens', 'no-overlap'].includes(error.code);
        }
        // Nothing passes by what a later layer states, whatever else it is held against.
        const isVouched = builds.some((claims) => {
          const before = statesOf(layers[0], claims);
          return statesOf(merged, claims).some((state, index) => state === 'passed' && before[index] !== 'passed');
        });
        if (isVouched) return false;
        // What a later layer leaves out it has no say on.
        return builds
          .filter((claims) => accepts(merged, claims))
          .every((claims) =>
            layers.every((layer, index) => accepts(index === 0 ? layer : { ...merged, ...layer }, claims)),
          );
      },
    ),
    1500,
  ));
