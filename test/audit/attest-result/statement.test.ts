import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { resultOf } from '../../../src/audit/attest-result/levels.ts';
import { EXTENSION, SUMMARY, summaryStatement, type Summarized } from '../../../src/audit/attest-result/statement.ts';
import { resourceUri, subjectsOf } from '../../../src/audit/attest-result/subjects.ts';
import type { Expectations } from '../../../src/audit/expectations.ts';
import { EMPTY_POLICY } from '../../../src/audit/policy/policy.ts';
import type { Verdict, VerdictWord } from '../../../src/audit/result.ts';
import { canonicalJson } from '../../../src/evidence/receipt/canonical-json.ts';

const COMMIT = 'c0'.repeat(20);
const REPO = 'https://git.example/a/b.git';
const DIGEST = 'd1'.repeat(32);
const INPUT = { name: 'answer', digest: { sha256: 'e2'.repeat(32) } };
const NOW = 1_800_000_000;

const verdict = (more: Partial<Verdict> = {}): Verdict => ({
  word: 'VERIFIED',
  exit: 0,
  target: 'https://user:pw@app.example/?token=x',
  simulated: false,
  only: undefined,
  at: '2027-01-15T08:00:00Z',
  atSource: 'the clock of this machine',
  checks: [
    {
      id: 'quote.parse',
      step: 'attestation',
      required: true,
      state: 'passed',
      exit: 0,
      summary: 's',
      origins: ['o'],
      details: ['d'],
    },
    {
      ...{ id: 'app.id', step: 'attestation', required: false, state: 'failed', exit: 10, summary: 't' },
      ...{ expected: 'e', found: 'f', source: 'w', hint: 'h', origins: [], details: [] },
    } as const,
  ],
  findings: [
    { id: 'a.b', text: 'x' },
    { id: 'a.c', text: 'y', accepted: { reason: 'r', source: 's' } },
  ],
  missing: ['m'],
  facts: { repository: REPO, commit: COMMIT, launcher_image: 'reg.example/l:v1', launcher_digest: `sha256:${DIGEST}` },
  timings: {},
  ...more,
});
const ROOT = { der: Uint8Array.of(1, 2), source: 'built in', simulated: false };
const expectations = (more: Partial<Expectations> = {}): Expectations => ({
  now: { value: NOW, source: 'x' },
  root: ROOT,
  policy: EMPTY_POLICY,
  ...more,
});
const run = (more: Partial<Summarized> = {}): Summarized => ({
  verdict: verdict(),
  expectations: expectations(),
  policies: [],
  profile: undefined,
  inputs: [INPUT],
  now: NOW,
  version: '1.2.3',
  ...more,
});
// biome-ignore lint/suspicious/noExplicitAny: a test reaches into it anywhere
const statementOf = (more: Partial<Summarized> = {}): any => JSON.parse(JSON.stringify(summaryStatement(run(more))));
const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

test('a statement whole', () => {
  const none = {
    ...{
      repository: null,
      commit: null,
      tree_sha256: null,
      app_id: null,
      compose_sha256: null,
      nonce: null,
      only: null,
    },
    ...{ policies: [], profile: null, tdx_root_sha256: sha256(ROOT.der), sigstore_root_sha256: [] },
  };
  expect(statementOf()).toEqual({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [
      { name: REPO, digest: { gitCommit: COMMIT } },
      { name: 'reg.example/l:v1', digest: { sha256: DIGEST } },
    ],
    predicateType: 'https://slsa.dev/verification_summary/v1',
    predicate: {
      verifier: { id: 'urn:trusted-workload-launcher:twl', version: { twl: '1.2.3' } },
      timeVerified: '2027-01-15T08:00:00Z',
      resourceUri: `git+${REPO}@${COMMIT}`,
      policy: { uri: 'urn:trusted-workload-launcher:expectations:v1', digest: { sha256: sha256(canonicalJson(none)) } },
      inputAttestations: [INPUT],
      verificationResult: 'PASSED',
      verifiedLevels: ['SLSA_BUILD_LEVEL_UNEVALUATED', 'TWL_VERIFIED'],
      slsaVersion: '1.1',
      'urn:trusted-workload-launcher:verification:v1': {
        verdict: 'VERIFIED',
        exit: 0,
        simulated: false,
        target: 'https://app.example/',
        judged_for: '2027-01-15T08:00:00Z',
        judged_for_source: 'the clock of this machine',
        made_at: '2027-01-15T08:00:00Z',
        expected: none,
        checks: [
          {
            ...{ id: 'quote.parse', step: 'attestation', required: true, state: 'passed', exit: 0, summary: 's' },
            ...{ expected: null, found: null, source: null },
          },
          {
            ...{ id: 'app.id', step: 'attestation', required: false, state: 'failed', exit: 10, summary: 't' },
            ...{ expected: 'e', found: 'f', source: 'w' },
          },
        ],
        findings: [
          { id: 'a.b', text: 'x', accepted: false },
          { id: 'a.c', text: 'y', accepted: true },
        ],
        missing: ['m'],
      },
    },
  });
  expect(statementOf().predicateType).toBe(SUMMARY);
});

test('what was expected, and its hash as the policy', () => {
  const given = expectations({
    repository: { value: REPO, source: '--repo' },
    commit: { value: COMMIT, source: '--commit' },
    treeSha256: { value: 'ff'.repeat(32), source: '--tree-sha256' },
    appId: { value: 'aa'.repeat(20), source: '--app-id' },
    compose: { value: Buffer.from('services: {}'), source: '--compose x' },
    nonce: { value: new Uint8Array(32).fill(7), source: '--nonce' },
    only: 'source',
    sigstoreRoots: [{ sha256: '11'.repeat(32) } as never],
  });
  const policies = [
    { name: 'p.toml', digest: { sha256: '22'.repeat(32) } },
    { name: 'q.toml', digest: {} },
  ];
  const { policy, [EXTENSION]: own } = statementOf({ expectations: given, policies, profile: 'mpc' }).predicate;
  expect(own.expected).toEqual({
    repository: { value: REPO, source: '--repo' },
    commit: { value: COMMIT, source: '--commit' },
    tree_sha256: { value: 'ff'.repeat(32), source: '--tree-sha256' },
    app_id: { value: 'aa'.repeat(20), source: '--app-id' },
    compose_sha256: sha256('services: {}'),
    nonce: '07'.repeat(32),
    only: 'source',
    policies: [
      { name: 'p.toml', sha256: '22'.repeat(32) },
      { name: 'q.toml', sha256: '' },
    ],
    profile: 'mpc',
    tdx_root_sha256: sha256(ROOT.der),
    sigstore_root_sha256: ['11'.repeat(32)],
  });
  expect(policy.digest.sha256).toBe(sha256(canonicalJson(own.expected)));
  const other = statementOf({ expectations: expectations({ commit: { value: COMMIT, source: 'other' } }) });
  expect(other.predicate.policy.digest.sha256).not.toBe(policy.digest.sha256);
});

describe('PASSED is VERIFIED on real hardware, and nothing else', () => {
  const WORDS: readonly VerdictWord[] = [
    ...(['PASSED', 'CONSISTENT', 'REJECTED', 'NOT BOUND', 'STALE', 'UNSUPPORTED'] as const),
    ...(['MALFORMED', 'UNAVAILABLE', 'ENVIRONMENT', 'INTERNAL ERROR'] as const),
  ];
  test('VERIFIED', () => {
    expect(resultOf(verdict())).toEqual({
      verificationResult: 'PASSED',
      verifiedLevels: ['SLSA_BUILD_LEVEL_UNEVALUATED', 'TWL_VERIFIED'],
    });
  });
  test.each(WORDS)('%s', (word) => {
    const own = `TWL_${word.replaceAll(' ', '_')}`;
    expect(resultOf(verdict({ word }))).toEqual({ verificationResult: 'FAILED', verifiedLevels: ['FAILED', own] });
    expect(resultOf(verdict({ word, simulated: true })).verifiedLevels).toEqual(['FAILED', 'SIMULATED', own]);
  });
  test('SIMULATED, and the place of the resource says so, too', () => {
    const { predicate } = statementOf({ verdict: verdict({ simulated: true }) });
    expect(predicate).toMatchObject({
      verificationResult: 'FAILED',
      verifiedLevels: ['FAILED', 'SIMULATED', 'TWL_VERIFIED'],
      resourceUri: `simulated+git+${REPO}@${COMMIT}`,
      [EXTENSION]: { simulated: true, verdict: 'VERIFIED' },
    });
  });
});

test.each([
  ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05Z'],
  ['2099-01-02T03:04:05Z', '2027-01-15T08:00:00Z'],
  ['1e99 s', '2027-01-15T08:00:00Z'],
])('judged for %s it was verified at %s', (at, time) => {
  expect(statementOf({ verdict: verdict({ at }) }).predicate.timeVerified).toBe(time);
});

describe('subjects', () => {
  const named = { repository: 'r', commit: 'c' };
  const none = { repository: undefined, commit: undefined };
  test('what the evidence names, else what was expected, else what was looked at', () => {
    expect(subjectsOf(verdict({ facts: {} }), named, INPUT)).toEqual([{ name: 'r', digest: { gitCommit: 'c' } }]);
    expect(subjectsOf(verdict({ facts: { commit: COMMIT } }), named, INPUT)).toEqual([
      { name: 'r', digest: { gitCommit: COMMIT } },
    ]);
    expect(subjectsOf(verdict({ facts: { commit: COMMIT } }), none, INPUT)).toEqual([
      { name: 'the commit', digest: { gitCommit: COMMIT } },
    ]);
    expect(subjectsOf(verdict({ facts: {} }), none, INPUT)).toEqual([INPUT]);
  });
  test.each([
    [{ launcher_image: 'l' }],
    [{ launcher_digest: `sha256:${DIGEST}` }],
    [{ launcher_image: 'l', launcher_digest: `sha512:${DIGEST}` }],
  ])('%j names no image by its hash', (facts) => {
    expect(subjectsOf(verdict({ facts }), none, INPUT)).toEqual([INPUT]);
  });
  test('without a commit the resource is what was looked at', () => {
    const uri = `urn:sha256:${INPUT.digest.sha256}`;
    expect(statementOf({ verdict: verdict({ facts: {} }) }).predicate.resourceUri).toBe(uri);
    expect(statementOf({ verdict: verdict({ facts: { commit: COMMIT } }) }).predicate.resourceUri).toBe(uri);
    expect(
      statementOf({ verdict: verdict({ facts: { repository: REPO }, simulated: true }) }).predicate.resourceUri,
    ).toBe(`simulated+${uri}`);
  });
  test('with what was expected it is that', () => {
    const given = expectations({
      repository: { value: REPO, source: '--repo' },
      commit: { value: COMMIT, source: '--commit' },
    });
    const { subject, predicate } = statementOf({ verdict: verdict({ facts: {} }), expectations: given });
    expect(predicate.resourceUri).toBe(`git+${REPO}@${COMMIT}`);
    expect(subject).toEqual([{ name: REPO, digest: { gitCommit: COMMIT } }]);
  });
});

test.each([
  ['https://a.example/b.git', 'git+https://a.example/b.git@c'],
  ['git@a.example:b/c.git', 'git+ssh://git@a.example/b/c.git@c'],
  ['ssh://git@a.example/b', 'git+ssh://git@a.example/b@c'],
  ['file:///srv/a', 'git+file:///srv/a@c'],
  ['/srv/x@y:z', 'git+/srv/x@y:z@c'],
])('%s as a resource', (repository, uri) => {
  expect(resourceUri(repository, 'c', false)).toBe(uri);
  expect(resourceUri(repository, 'c', true)).toBe(`simulated+${uri}`);
});
