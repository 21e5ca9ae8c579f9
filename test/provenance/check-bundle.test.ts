import { expect, test } from 'vitest';
import type { ProvenanceExpectations } from '../../src/provenance/expectations.ts';
import { claimsOf } from '../mocks-sigstore/claims.ts';
import { type BundleOptions, IMAGE } from '../mocks-sigstore/sigstore.ts';
import { build, claim, COMMIT, ISSUER, REPOSITORY, WORKFLOW } from './cases.ts';
import { check, root } from './support.ts';

test('a good build passes every check, and says with what', () => {
  const report = check();
  expect(report).toMatchObject({
    origin: 'bundle 1',
    status: 'accepted',
    reasons: [],
    instance: 'public-good',
    simulated: true,
  });
  const passed = (summary: string, remarks: object) => ({ state: 'passed', exit: 0, summary, ...remarks });
  const same = (value: string) => ({ expected: value, found: value });
  const publicRoot = `public-good root ${root.sha256}`;
  expect(report.checks).toEqual({
    'provenance.bundle': passed('signed at an admitted instance of Sigstore', same(publicRoot)),
    'provenance.subject': passed('the image is a subject of the statement', same(`sha256:${IMAGE}`)),
    'provenance.issuer': passed('the identity is of the expected issuer', same(ISSUER)),
    'provenance.repository': passed('built from the expected repository', same(REPOSITORY)),
    'provenance.commit': passed('built from the expected commit', same(COMMIT)),
    'provenance.workflow': passed('signed by the expected workflow', {
      expected: WORKFLOW,
      found: `${WORKFLOW}@refs/heads/main`,
    }),
    'provenance.ref': passed('built from an expected ref', {
      expected: 'refs/heads/* or refs/tags/*',
      found: 'refs/heads/main',
    }),
    'provenance.runner': passed('built on an expected kind of machine', same('github-hosted')),
    'provenance.trigger': passed('started by an expected event', {
      expected: 'push or release or workflow_dispatch or schedule',
      found: 'push',
    }),
    'provenance.predicate': passed('build provenance of a known kind', {
      expected: 'https://slsa.dev/provenance/v1',
      found: 'https://actions.github.io/buildtypes/workflow/v1',
    }),
    'provenance.agreement': passed('the predicate says what the certificate says', {}),
  });
  expect(report.facts).toEqual({
    issuer: ISSUER,
    signer: `${WORKFLOW}@refs/heads/main`,
    signerCommit: COMMIT,
    runner: 'github-hosted',
    repository: REPOSITORY,
    commit: COMMIT,
    ref: 'refs/heads/main',
    repositoryId: '4711',
    owner: 'https://github.com/acme',
    ownerId: '1147',
    workflow: `${WORKFLOW}@refs/heads/main`,
    workflowCommit: COMMIT,
    trigger: 'push',
    run: `${REPOSITORY}/actions/runs/99001/attempts/1`,
    visibility: 'public',
    subject: `${WORKFLOW}@refs/heads/main`,
    signedAt: '2026-01-31T00:00:00Z',
  });
});

test.each<[string, BundleOptions, ProvenanceExpectations?]>([
  ['with a timestamp too', { timestamp: true }],
  ['in the new log', { log: false, logV2: true, timestamp: true }],
  ['in both logs', { logV2: true }],
  ['from a tag', build({ ref: 'refs/tags/v1' })],
  ['by hand', build({ trigger: 'workflow_dispatch' })],
  ['on a machine of its own, where admitted', build({ runner: 'self-hosted' }), { runners: ['self-hosted'] }],
  ['by another event, where admitted', build({ trigger: 'merge_group' }), { triggers: ['merge_group'] }],
  ['with ids', {}, { repositoryId: '4711', ownerId: '1147' }],
  ['in another case', build({ repository: 'Acme/Launcher' })],
  [
    'without deprecated extensions',
    { claims: { ...claimsOf(), 1: undefined, 2: undefined, 3: undefined, 5: undefined, 6: undefined } },
  ],
  ['without a visibility', claim(22, undefined)],
  ['without an owner', claim(16, undefined)],
  ['with an environment', claim(23, 'production')],
])('a build passes: %s', (_what, options, expectations = {}) => {
  expect(check(options, { expectations })).toMatchObject({ status: 'accepted', reasons: [] });
});
