import { expect, test } from 'vitest';
import { EMPTY_POLICY, type Policy, type ProvenancePolicy } from '../../src/audit/policy/policy.ts';
import { RELEASE_REPOSITORY, withReleaseIdentity } from '../../src/audit/policy/release-identity.ts';

const REPOSITORY = 'https://github.com/example/launcher';
const built = 'built in: who releases this program';
const stated = <T>(value: T) => ({ value, source: 'org.toml' });
const policyOf = (provenance?: ProvenancePolicy): Policy =>
  provenance === undefined ? EMPTY_POLICY : { ...EMPTY_POLICY, provenance };

const RELEASE = {
  repository: { value: REPOSITORY, source: built },
  workflow: { value: '.github/workflows/sign.yml', source: built },
};

test('a policy that says nothing of the builder expects the releases of this program', () => {
  const refs = [{ value: 'refs/tags/v*', source: built }];
  expect(withReleaseIdentity(policyOf(), REPOSITORY)).toEqual({ ...EMPTY_POLICY, provenance: { ...RELEASE, refs } });
});

test('what it states of the build stays', () => {
  const provenance = { refs: [stated('refs/tags/v2')], commit: stated('c0'.repeat(20)) };
  expect(withReleaseIdentity(policyOf(provenance), REPOSITORY).provenance).toEqual({ ...RELEASE, ...provenance });
});

test.each<[string, ProvenancePolicy]>([
  ['repository', { repository: stated('https://forge.example/acme/launcher') }],
  ['repository id', { repositoryId: stated('1') }],
  ['owner', { ownerId: stated('2') }],
  ['workflow', { workflow: stated('.github/workflows/release.yml') }],
])('a policy that states the %s is left as it is', (_what, provenance) => {
  const policy = policyOf(provenance);
  expect(withReleaseIdentity(policy, REPOSITORY)).toBe(policy);
});

test('from source nobody is expected', () => {
  expect(RELEASE_REPOSITORY).toBeUndefined();
  expect(withReleaseIdentity(EMPTY_POLICY)).toBe(EMPTY_POLICY);
});
