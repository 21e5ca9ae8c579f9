import { describe, expect, test } from 'vitest';
import type { CheckId } from '../../../src/audit/check-ids.ts';
import { sourceChecks } from '../../../src/audit/checks/source.ts';
import type { AuditEvidence } from '../../../src/audit/evidence.ts';
import type { Expectations } from '../../../src/audit/expectations.ts';
import type { Outcome } from '../../../src/audit/outcome.ts';
import { EMPTY_POLICY, type Policy } from '../../../src/audit/policy/policy.ts';
import type { CommitFacts, SourceFacts } from '../../../src/audit/source/facts.ts';
import { SOURCE_CHECK_IDS } from '../../../src/audit/source/check-ids.ts';
import { readX509Signature } from '../../../src/audit/source/signature/gitsign.ts';
import { readTrustedRoots } from '../../../src/provenance/trusted-root.ts';
import { SourceError } from '../../../src/source/errors.ts';
import { DEFAULT_PIN } from '../../mocks/deployment/app-compose.ts';
import { gitsign, instance as gitsignInstance } from '../source/gitsign-support.ts';
import { COMMIT as SIGNED_COMMIT } from '../source/signature-support.ts';
import {
  BROKEN,
  broken,
  changed,
  contextOf,
  deploy,
  goodInfo,
  infoOf,
  LAUNCHER,
  ORIGIN,
  policy,
  run,
  stated,
} from './support.ts';

const REPO = 'https://github.com/example/workload.git';
const COMMIT = '3b18e512dba79e4c8300dd08aeb37f8e728b8dad';
const TREE = 'ab'.repeat(32);
const byId = new Map(sourceChecks.map((check) => [check.id, check]));
const launchers = [stated(LAUNCHER)];
/** The launcher's image is named by the policy of every test. */
const outcome = (id: CheckId, evidence: AuditEvidence, { policy: demands, ...more }: Partial<Expectations> = {}) =>
  run(byId.get(id)!, evidence, { ...more, policy: { ...(demands ?? EMPTY_POLICY), launchers } });

const COMMIT_FACTS: CommitFacts = {
  tree: 'c'.repeat(40),
  parents: [],
  treeSha256: { value: TREE },
  files: 1,
  bytes: 12,
  submodules: [],
  entry: {
    folder: undefined,
    start: { mode: 'script', path: 'tee-launch.sh', kind: 'file', size: 12, bytes: new Uint8Array(12) },
  },
  findings: [],
};
const FACTS: SourceFacts = {
  address: { url: REPO, named: false },
  commit: { value: COMMIT_FACTS },
  reachability: undefined,
  signature: { value: { kind: 'none' } },
  since: undefined,
};
const withSource = (facts: Partial<SourceFacts> = {}, evidence: AuditEvidence = goodInfo): AuditEvidence =>
  changed({ source: { origin: REPO, value: { ...FACTS, ...facts } } }, evidence);
const commitFacts = (change: Partial<CommitFacts>): AuditEvidence =>
  withSource({ commit: { value: { ...COMMIT_FACTS, ...change } } });

test('there is one check for the pin and one for each question about its source, in the order of the report', () => {
  expect(sourceChecks.map(({ id }) => id)).toEqual(['source.pin', ...SOURCE_CHECK_IDS]);
  for (const { step, needs } of sourceChecks) {
    expect(step).toBe('source');
    expect(needs).toEqual(['compose.pin', 'compose.pin-bound']);
  }
});

describe('source.pin', () => {
  const flags = { repository: stated(REPO, '--repo'), commit: stated(COMMIT, '--commit') };
  const lists = (...commits: string[]): Partial<Policy> => ({
    repositories: [stated(REPO, 'org.toml line 1')],
    commits: commits.map((value, index) => stated(value, `org.toml line ${index + 2}`)),
  });
  const pin = (expectations: Partial<Expectations>, evidence: AuditEvidence = goodInfo): Outcome =>
    outcome('source.pin', evidence, expectations);
  const found = `REPO_URL ${REPO}; COMMIT_SHA ${COMMIT}`;
  const origins = [ORIGIN.appCompose];

  test('what two flags say', () => {
    expect(pin(flags)).toEqual({
      state: 'passed',
      exit: 0,
      summary: 'repository and commit are the expected ones',
      expected: found,
      found,
      source: '--repo, --commit',
      origins,
    });
  });

  test('what a policy says, with one commit of several', () => {
    expect(pin(policy(lists('c0'.repeat(20), COMMIT)))).toMatchObject({
      state: 'passed',
      expected: `REPO_URL ${REPO}; COMMIT_SHA ${'c0'.repeat(20)} or ${COMMIT}`,
      source: 'org.toml line 1, org.toml line 2, org.toml line 3',
    });
  });

  test('a flag for the one and a policy for the other', () => {
    const { commits = [] } = lists(COMMIT);
    expect(pin({ repository: flags.repository, ...policy({ commits }) })).toMatchObject({
      state: 'passed',
      source: '--repo, org.toml line 2',
    });
  });

  test.each<[string, Partial<Expectations>, string, string, string, string]>([
    [
      'another repository',
      { ...flags, repository: stated('https://e.example/x', '--repo') },
      'REPO_URL',
      'https://e.example/x',
      REPO,
      '--repo',
    ],
    [
      'one that differs by .git',
      { ...flags, repository: stated(REPO.slice(0, -4), '--repo') },
      'REPO_URL',
      REPO.slice(0, -4),
      REPO,
      '--repo',
    ],
    [
      'another commit',
      { ...flags, commit: stated('c0'.repeat(20), '--commit') },
      'COMMIT_SHA',
      'c0'.repeat(20),
      COMMIT,
      '--commit',
    ],
    [
      'a policy without the commit',
      policy(lists('c0'.repeat(20), 'c1'.repeat(20))),
      'COMMIT_SHA',
      `${'c0'.repeat(20)} or ${'c1'.repeat(20)}`,
      COMMIT,
      'org.toml line 2, org.toml line 3',
    ],
    [
      'a flag that fits and a policy that does not',
      { ...flags, ...policy(lists('c0'.repeat(20))) },
      'COMMIT_SHA',
      'c0'.repeat(20),
      COMMIT,
      'org.toml line 2',
    ],
    [
      'a policy that fits and a flag that does not',
      { ...flags, commit: stated('c0'.repeat(20), '--commit'), ...policy(lists(COMMIT)) },
      'COMMIT_SHA',
      'c0'.repeat(20),
      COMMIT,
      '--commit',
    ],
    ['a policy of no commits', policy(lists()), 'COMMIT_SHA', '', COMMIT, ''],
    [
      'a repository alone, and another one',
      { repository: stated('https://e.example/x', '--repo') },
      'REPO_URL',
      'https://e.example/x',
      REPO,
      '--repo',
    ],
  ])('%s', (_name, expectations, what, expected, value, source) => {
    expect(pin(expectations)).toEqual({
      state: 'failed',
      exit: 10,
      summary: `the pin has another ${what}`,
      expected,
      found: value,
      source,
      origins,
    });
  });

  test.each<[string, Partial<Expectations>]>([
    ['nothing', {}],
    ['a repository', { repository: flags.repository }],
    ['a commit', { commit: flags.commit }],
    ['repositories of a policy', policy({ repositories: [stated(REPO)] })],
    ['commits of a policy', policy({ commits: [stated(COMMIT)] })],
  ])('%s alone is no expectation', (_name, expectations) => {
    expect(pin(expectations)).toEqual({
      state: 'not-checked',
      exit: 13,
      summary: 'nobody said which repository and which commit to expect',
      found,
      origins,
      hint: 'give --repo and --commit, or a policy, from a source other than this evidence',
    });
  });

  test('no pin is not the expected one', () => {
    const evidence = infoOf(deploy({ composeFile: 'services: { web: { image: nginx } }' }));
    expect(pin(flags, evidence)).toMatchObject({ state: 'failed', expected: REPO, found: '(none)' });
    expect(pin({}, evidence)).toMatchObject({ state: 'not-checked', found: 'REPO_URL (none); COMMIT_SHA (none)' });
  });
});

describe('a source that was had', () => {
  test.each<[CheckId, Outcome['state'], string]>([
    ['source.commit', 'passed', `the repository serves ${COMMIT} as a commit, and its bytes hash to that`],
    ['source.tree', 'passed', `tree ${'c'.repeat(40)}: 1 file, 12 bytes, each hashed`],
    ['source.entry', 'passed', "'tee-launch.sh' is a regular file of the commit, 12 bytes"],
    ['source.signature', 'not-checked', 'the commit is not signed'],
  ])('%s', (id, state, summary) => {
    expect(outcome(id, withSource())).toMatchObject({ state, summary });
  });

  test('a signature of gitsign is held against the trusted roots', () => {
    const evidence = withSource({ signature: { value: readX509Signature(gitsign(), SIGNED_COMMIT) } });
    const sigstoreRoots = readTrustedRoots(gitsignInstance.root(), 'root');
    const summary = (roots: Partial<Expectations>): string => outcome('source.signature', evidence, roots).summary;
    expect(summary({ sigstoreRoots })).toMatch(/^signed by dev@example\.com, for whom .*: it holds; /);
    expect(summary({})).toMatch(/: it was not verified \(no trusted root was given\)$/);
  });

  test('what has no place of its own is of where the source was had', () => {
    expect(outcome('source.entry', withSource()).origins).toEqual([REPO]);
    expect(outcome('source.commit', withSource()).origins).toEqual([`${REPO}, as the pin names it`]);
  });

  test('what failed on the way is told by the check that it is about', () => {
    const gone = withSource({ commit: { error: new SourceError('timed-out', 'no answer') }, signature: undefined });
    expect(outcome('source.commit', gone)).toMatchObject({
      state: 'not-checked',
      exit: 40,
      summary: 'the source was not had: no answer',
    });
    for (const id of SOURCE_CHECK_IDS.slice(1))
      expect(outcome(id, gone)).toMatchObject({ state: 'not-checked', exit: 13 });
    const wrong = withSource({ commit: { error: new SourceError('sha1-collision', 'two of one name') } });
    expect(outcome('source.tree', wrong)).toMatchObject({ state: 'failed', exit: 10, summary: 'two of one name' });
  });
});

describe('source.tree-sha256', () => {
  const tree = (evidence: AuditEvidence, expectations: Partial<Expectations> = {}): Outcome =>
    outcome('source.tree-sha256', evidence, expectations);
  const flag = (value: string) => ({ treeSha256: stated(value, '--tree-sha256') });
  const list = (...values: string[]) =>
    policy({ treeSha256s: values.map((value, index) => stated(value, `org.toml line ${index + 4}`)) });
  const OTHER = 'cd'.repeat(32);

  test('a flag', () => {
    expect(tree(withSource(), flag(TREE))).toMatchObject({ state: 'passed', expected: TREE, source: '--tree-sha256' });
    expect(tree(withSource(), flag(OTHER))).toMatchObject({
      state: 'failed',
      exit: 10,
      expected: OTHER,
      found: TREE,
      source: '--tree-sha256',
    });
  });

  test('the pin', () => {
    const pinned = (value: string) => withSource({}, infoOf(deploy({ pin: `${DEFAULT_PIN}\nTREE_SHA256=${value}` })));
    expect(tree(pinned(TREE))).toMatchObject({ state: 'passed', source: 'TREE_SHA256 of the pin' });
    expect(tree(pinned(OTHER))).toMatchObject({ state: 'failed', exit: 10, found: TREE });
    expect(tree(pinned(TREE), list(OTHER))).toMatchObject({ state: 'failed', source: 'org.toml line 4' });
  });

  test('a policy: one of its trees', () => {
    expect(tree(withSource(), list(OTHER, TREE)).state).not.toBe('failed');
    expect(tree(withSource(), list(OTHER, 'ef'.repeat(32)))).toEqual({
      state: 'failed',
      exit: 10,
      summary: 'the tree is another than the policy states',
      expected: `${OTHER} or ${'ef'.repeat(32)}`,
      found: TREE,
      source: 'org.toml line 4, org.toml line 5',
      origins: [REPO],
    });
    expect(tree(withSource(), { ...flag(TREE), ...list(OTHER) })).toMatchObject({ state: 'failed', expected: OTHER });
    expect(tree(withSource(), { ...flag(OTHER), ...list(TREE) })).toMatchObject({ state: 'failed', expected: OTHER });
    expect(tree(withSource(), { ...flag(TREE), ...list(TREE) }).state).toBe('passed');
  });

  test('a tree that a policy alone states and that is found passes: it was required for that', () => {
    expect(tree(withSource(), list(TREE))).toMatchObject({
      state: 'passed',
      exit: 0,
      expected: TREE,
      found: TREE,
      source: 'org.toml line 4',
    });
  });

  test('nobody states one', () => {
    expect(tree(withSource())).toMatchObject({
      state: 'not-checked',
      exit: 13,
      found: TREE,
      hint: `add TREE_SHA256=${TREE} to the pin`,
    });
  });

  test('it cannot be computed, or the commit was not had', () => {
    const open = commitFacts({ treeSha256: { error: new SourceError('limit-exceeded', 'too large') } });
    expect(tree(open)).toMatchObject({ state: 'not-checked' });
    expect(tree(open, list(TREE)).state).not.toBe('passed');
    expect(tree(open, flag(TREE))).toMatchObject({ state: 'failed', summary: 'too large' });
    const gone = withSource({ commit: { error: new SourceError('timed-out', 'no answer') } });
    expect(tree(gone, list(TREE))).toMatchObject({ state: 'not-checked' });
  });

  test('is expected where a flag or a policy states one', () => {
    const isExpected = (expectations: Partial<Expectations>) =>
      byId.get('source.tree-sha256')?.isExpected?.(contextOf(goodInfo, expectations));
    expect(isExpected({})).toBe(false);
    expect(isExpected(flag(TREE))).toBe(true);
    expect(isExpected(list(TREE))).toBe(true);
  });
});

describe('nothing to look at', () => {
  test.each(SOURCE_CHECK_IDS)('%s', (id) => {
    expect(outcome(id, goodInfo)).toEqual({
      state: 'not-checked',
      exit: 13,
      summary: 'the source was not fetched',
      hint: 'leave --offline out, or give --source',
    });
    expect(outcome(id, changed({ source: broken() }))).toEqual(BROKEN);
    const without = infoOf(deploy({ composeFile: 'services: { web: { image: nginx } }' }));
    // Without a pin nothing says which commit the facts would be of: the checks below stop this before.
    expect(outcome(id, withSource({}, without))).toMatchObject({ state: 'failed', exit: 1 });
  });
});
