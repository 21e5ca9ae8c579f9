import { describe, expect, test } from 'vitest';
import type { EntryFacts } from '../../../src/audit/source/entry.ts';
import { entryPath } from '../../../src/audit/source/entry.ts';
import type { CommitFacts, SourceFacts } from '../../../src/audit/source/facts.ts';
import { judgeCommit, judgeEntry, judgeTree, judgeTreeSha256 } from '../../../src/audit/source/judge-commit.ts';
import { judgeSource } from '../../../src/audit/source/judge-source.ts';
import { SourceError, type SourceErrorCode } from '../../../src/source/errors.ts';
import { pinOf } from './support.ts';

const URL = 'https://example.com/x';
const COMMIT = 'c'.repeat(40);
const NAME = 'a'.repeat(64);
const OTHER = 'b'.repeat(64);
const pin = pinOf(URL, COMMIT);

const script = (changes: object = {}): EntryFacts => ({
  folder: undefined,
  start: { mode: 'script', path: 'tee-launch.sh', kind: 'executable', size: 7, bytes: new Uint8Array(7), ...changes },
});

const had = (changes: Partial<CommitFacts> = {}, named = false): SourceFacts => ({
  address: { url: URL, named },
  commit: {
    value: {
      tree: 'e'.repeat(40),
      parents: [],
      treeSha256: { value: NAME },
      files: 3,
      bytes: 12,
      submodules: [],
      entry: script(),
      findings: [],
      ...changes,
    },
  },
  reachability: undefined,
  signature: undefined,
  since: undefined,
});

const notHad = (code: SourceErrorCode): SourceFacts => ({
  ...had(),
  commit: { error: new SourceError(code, 'what happened', { hint: 'do this' }) },
});

describe('the commit', () => {
  test.each<[string[], string]>([
    [[], 'it has no parent'],
    [['a'], 'it has 1 parent'],
    [['a', 'b'], 'it has 2 parents'],
  ])('with the parents %j', (parents, history) => {
    expect(judgeCommit(had({ parents }), pin)).toEqual({
      state: 'passed',
      exit: 0,
      summary: `the repository serves ${COMMIT} as a commit, and its bytes hash to that`,
      origins: [`${URL}, as the pin names it`],
      details: [history],
    });
  });

  test('from where the auditor named it', () => {
    expect(judgeCommit(had({}, true), pin).origins).toEqual([`${URL}, as named on the command line`]);
  });

  test.each<[SourceErrorCode, object]>([
    ['not-a-commit', { state: 'failed', exit: 10, summary: 'what happened', hint: 'do this' }],
    ['tree-malformed', { state: 'not-checked', summary: 'what came with the commit was refused, see source.tree' }],
    ['timed-out', { state: 'not-checked', exit: 40, summary: 'the source was not had: what happened' }],
  ])('that was not had: %s', (code, outcome) => {
    expect(judgeCommit(notHad(code), pin)).toMatchObject({ ...outcome, origins: [`${URL}, as the pin names it`] });
  });
});

describe('the tree', () => {
  test('passed, with its submodules', () => {
    const submodules = [
      { path: 'a', commit: '1'.repeat(40) },
      { path: 'b/c', commit: '2'.repeat(40) },
    ];
    expect(judgeTree(had({ submodules }, true))).toEqual({
      state: 'passed',
      exit: 0,
      summary: `tree ${'e'.repeat(40)}: 3 files, 12 bytes, each hashed`,
      origins: [`${URL}, as named on the command line`],
      details: [`submodule a at ${'1'.repeat(40)}`, `submodule b/c at ${'2'.repeat(40)}`],
    });
    expect(judgeTree(had({ files: 1 }))).toMatchObject({ summary: expect.stringContaining(': 1 file, '), details: [] });
  });

  test('that was refused, and that was not had', () => {
    const origins = [`${URL}, as the pin names it`];
    expect(judgeTree(notHad('tree-order'))).toEqual({
      state: 'failed',
      exit: 10,
      summary: 'what happened',
      hint: 'do this',
      origins,
    });
    expect(judgeTree(notHad('timed-out'))).toEqual({
      state: 'not-checked',
      exit: 13,
      summary: 'it stands on the commit, which was not had',
      origins,
    });
  });
});

describe('the SHA-256 name of the tree', () => {
  const pinned = (value: string) => pinOf(URL, COMMIT, [`TREE_SHA256=${value}`]);
  const EXPECTED = { value: NAME, source: 'policy p.toml:2' };

  test('passes by the pin, by the expectation, and by both', () => {
    const outcome = (source: string) => ({
      state: 'passed',
      exit: 0,
      summary: 'the tree has the SHA-256 name that was expected',
      expected: NAME,
      found: NAME,
      source,
    });
    expect(judgeTreeSha256(had(), pinned(NAME), undefined)).toEqual(outcome('TREE_SHA256 of the pin'));
    expect(judgeTreeSha256(had(), pin, EXPECTED)).toEqual(outcome('policy p.toml:2'));
    expect(judgeTreeSha256(had(), pinned(NAME), EXPECTED)).toEqual(
      outcome('policy p.toml:2 and TREE_SHA256 of the pin'),
    );
  });

  test.each<[string, ReturnType<typeof pinOf>, typeof EXPECTED | undefined, string]>([
    ['than the pin says', pinned(OTHER), undefined, 'TREE_SHA256 of the pin'],
    ['than was expected', pin, { ...EXPECTED, value: OTHER }, 'policy p.toml:2'],
    ['than the pin says, though it was expected', pinned(OTHER), EXPECTED, 'TREE_SHA256 of the pin'],
    ['than was expected, though the pin says it', pinned(NAME), { ...EXPECTED, value: OTHER }, 'policy p.toml:2'],
  ])('is another one %s', (_, held, expected, source) => {
    expect(judgeTreeSha256(had(), held, expected)).toEqual({
      state: 'failed',
      exit: 10,
      summary: 'the tree has another SHA-256 name than expected',
      expected: OTHER,
      found: NAME,
      source,
      hint: 'either that value is wrong, or somebody made another tree with the same SHA-1: do not trust it before you know which',
    });
  });

  test('that nobody gave is told and does not pass', () => {
    expect(judgeTreeSha256(had(), pin, undefined)).toEqual({
      state: 'not-checked',
      exit: 13,
      summary: 'neither the pin nor an expectation gives one',
      found: NAME,
      hint: `add TREE_SHA256=${NAME} to the pin`,
    });
  });

  test('that has none fails where one was asked for', () => {
    const facts = had({ treeSha256: { error: new SourceError('gitlink-refused', 'a submodule is in the way') } });
    expect(judgeTreeSha256(facts, pin, undefined)).toMatchObject({
      state: 'not-checked',
      exit: 13,
      summary: 'it cannot be computed: a submodule is in the way',
    });
    for (const outcome of [judgeTreeSha256(facts, pinned(NAME), undefined), judgeTreeSha256(facts, pin, EXPECTED)]) {
      expect(outcome).toMatchObject({ state: 'failed', exit: 10, summary: 'a submodule is in the way' });
    }
  });

  test('of a commit that was not had', () => {
    expect(judgeTreeSha256(notHad('timed-out'), pinned(NAME), EXPECTED)).toEqual({
      state: 'not-checked',
      exit: 13,
      summary: 'it stands on the commit, which was not had',
    });
  });
});

describe('the entry', () => {
  const REFUSES = 'the launcher refuses to start; a symlink is not followed';
  const NO_FOLDER = "REPO_SUBDIR 'app' is no folder of the commit";
  const NO_SCRIPT = "the entry script 'tee-launch.sh' is no regular file of the commit";
  const inFolder = (kind: 'folder' | 'file' | 'symlink' | undefined): EntryFacts => ({
    ...script(),
    folder: { path: 'app', kind },
  });

  test.each<[EntryFacts, object]>([
    [script(), { state: 'passed', summary: "'tee-launch.sh' is a regular file of the commit, 7 bytes" }],
    [script({ kind: 'file' }), { state: 'passed' }],
    [inFolder('folder'), { state: 'passed' }],
    [
      script({ bytes: undefined, size: 300_000 }),
      { summary: "'tee-launch.sh' is a regular file of the commit, 300000 bytes, too large to be shown" },
    ],
    [script({ kind: undefined }), { state: 'failed', exit: 10, summary: NO_SCRIPT, found: 'nothing', hint: REFUSES }],
    [script({ kind: 'symlink' }), { state: 'failed', summary: NO_SCRIPT, found: 'a symlink', hint: REFUSES }],
    [script({ kind: 'folder' }), { state: 'failed', summary: NO_SCRIPT, found: 'a folder' }],
    [inFolder(undefined), { state: 'failed', exit: 10, summary: NO_FOLDER, found: 'nothing', hint: REFUSES }],
    [inFolder('file'), { state: 'failed', summary: NO_FOLDER, found: 'a file', hint: REFUSES }],
    [inFolder('symlink'), { state: 'failed', summary: NO_FOLDER, found: 'a symlink' }],
  ])('%j', (entry, outcome) => {
    expect(judgeEntry(had({ entry }))).toMatchObject(outcome);
  });

  test.each<[string | undefined, string[]]>([
    [undefined, ['RUN_CMD: exec a']],
    ['npm ci', ['INSTALL_CMD: npm ci', 'RUN_CMD: exec a']],
  ])('that is a command is shown, installing by %j', (installCmd, details) => {
    const start = { mode: 'command', runCmd: 'exec a', installCmd } as const;
    expect(judgeEntry(had({ entry: { folder: undefined, start } }))).toEqual({
      state: 'passed',
      exit: 0,
      summary: 'the pin starts a command and no script of its own choosing: read the command',
      details,
    });
    const entry: EntryFacts = { folder: { path: 'app', kind: undefined }, start };
    expect(judgeEntry(had({ entry }))).toMatchObject({ state: 'failed', summary: NO_FOLDER });
  });

  test('of a commit that was not had', () => {
    expect(judgeEntry(notHad('timed-out'))).toEqual({
      state: 'not-checked',
      exit: 13,
      summary: 'it stands on the commit, which was not had',
    });
  });

  test('has a path from the top of the commit', () => {
    expect(entryPath(pin)).toBe('tee-launch.sh');
    expect(entryPath(pinOf(URL, COMMIT, ['REPO_SUBDIR=a/b', 'ENTRYPOINT_SCRIPT=c.sh']))).toBe('a/b/c.sh');
    expect(entryPath(pinOf(URL, COMMIT, ['RUN_CMD=exec a']))).toBeUndefined();
    expect(entryPath(pinOf(URL, COMMIT, ['RUN_CMD=exec a', 'REPO_SUBDIR=b']))).toBeUndefined();
  });
});

test('all of it together: what was found in the files comes last', () => {
  const found = { id: 'source.ref-missing', text: 'of the files' } as const;
  const facts: SourceFacts = {
    ...had({ findings: [found] }),
    signature: { value: { kind: 'malformed', why: 'w' } },
    since: { error: new SourceError('timed-out', 'x') },
  };
  const { findings, entry, since, facts: kept } = judgeSource(facts, { pin });
  expect(findings.map(({ id }) => id)).toEqual(['source.bad-signature', 'source.ref-missing']);
  expect(entry).toEqual(script());
  expect(since).toBe(facts.since);
  expect(kept).toBe(facts);
});
