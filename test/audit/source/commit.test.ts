import { mkdirSync, readdirSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { auditSource, type SourceAudit } from './audit-source.ts';
import type { SourceFindings } from '../../../src/audit/source/judge-source.ts';
import { always, onFetch, redirect, requireAuth } from '../../support/behaviours.ts';
import { type GitServer, startGitServer } from '../../support/git-server.ts';
import { makeCanary } from '../../support/canary.ts';
import { makeRepository, type Repository } from '../../support/repositories.ts';
import { makeScratch } from '../../support/scratch.ts';
import { auditOf, pinOf, quickLimits } from './support.ts';

const scratch = makeScratch();
const canary = makeCanary(scratch.path);
let repository: Repository;
let server: GitServer;
let url: string;
const script = `#!/bin/sh\n${canary.command}\n`;

/** A folder for temporary files of this test file alone. */
const temporary = scratch.join('tmp');
mkdirSync(temporary);
vi.stubEnv('TMPDIR', temporary);

beforeAll(async () => {
  repository = await makeRepository({
    path: scratch.join('repo.git'),
    files: {
      'tee-launch.sh': { mode: '100755', content: script },
      'app/run.sh': 'echo app\n',
      'app/link.sh': { symlink: 'run.sh' },
      link: { symlink: 'app' },
      'big.sh': 'x'.repeat(256 * 1024 + 1),
      'fits.sh': 'x'.repeat(256 * 1024),
    },
  });
  server = await startGitServer({ root: scratch.path });
  url = `${server.url}/repo.git`;
});

afterAll(async () => {
  await server?.close();
});

afterEach(() => {
  server.behave(undefined);
  expect(canary.fired()).toBe(false);
});

const audit = (
  changes: Partial<SourceAudit> = {},
  lines: readonly string[] = [],
  commit = repository.commit,
): Promise<SourceFindings> => auditSource(auditOf(url, commit, { pin: pinOf(url, commit, lines), ...changes }));

test('a good source', async () => {
  const { outcomes, facts, entry, findings, since } = await audit();
  const tree = await repository.tree();
  expect(Object.entries(outcomes).map(([id, { state }]) => `${id} ${state}`)).toEqual([
    'source.commit passed',
    'source.tree passed',
    'source.tree-sha256 not-checked',
    'source.entry passed',
    'source.reachable passed',
    'source.signature not-checked',
  ]);
  expect(outcomes['source.commit']).toMatchObject({
    summary: `the repository serves ${repository.commit} as a commit, and its bytes hash to that`,
    origins: [`${url}, as named on the command line`],
    details: ['it has no parent'],
  });
  expect(outcomes['source.tree'].summary).toMatch(new RegExp(`^tree ${tree}: 6 files, \\d+ bytes, each hashed$`));
  expect(outcomes['source.entry'].summary).toBe(
    `'tee-launch.sh' is a regular file of the commit, ${script.length} bytes`,
  );
  expect(outcomes['source.signature'].summary).toBe('the commit is not signed');
  expect(entry?.start).toMatchObject({
    mode: 'script',
    path: 'tee-launch.sh',
    kind: 'executable',
    size: script.length,
  });
  expect(entry?.start.mode === 'script' && Buffer.from(entry.start.bytes ?? []).toString()).toBe(script);
  expect(facts.commit).toMatchObject({ value: { tree, parents: [], files: 6, submodules: [] } });
  expect(findings).toEqual([]);
  expect(since).toBeUndefined();
});

describe('TREE_SHA256', () => {
  const computed = async (): Promise<string> => (await audit()).outcomes['source.tree-sha256'].found ?? '';
  const other = '1'.repeat(64);

  test('is the one of git in its SHA-256 format', async () => {
    const twin = await makeRepository({ files: { a: 'x\n' }, path: scratch.join('one.git') });
    const sha256 = await makeRepository({ files: { a: 'x\n' }, path: scratch.join('two.git'), format: 'sha256' });
    const first = await auditSource(auditOf(`${server.url}/one.git`, twin.commit));
    const second = await auditSource(auditOf(`${server.url}/two.git`, sha256.commit));
    const tree = await sha256.tree();
    expect(first.outcomes['source.tree-sha256']).toMatchObject({
      state: 'not-checked',
      found: tree,
      hint: `add TREE_SHA256=${tree} to the pin`,
    });
    expect(second.outcomes['source.tree-sha256'].found).toBe(tree);
    expect(second.outcomes['source.reachable'].state).toBe('passed');
  });

  test('of the pin', async () => {
    const found = await computed();
    const good = await audit({}, [`TREE_SHA256=${found}`]);
    expect(good.outcomes['source.tree-sha256']).toMatchObject({
      state: 'passed',
      expected: found,
      found,
      source: 'TREE_SHA256 of the pin',
    });
    const wrong = await audit({}, [`TREE_SHA256=${other}`]);
    expect(wrong.outcomes['source.tree-sha256']).toMatchObject({
      state: 'failed',
      exit: 10,
      expected: other,
      found,
      source: 'TREE_SHA256 of the pin',
    });
    expect(wrong.outcomes['source.commit'].state).toBe('passed');
    expect(wrong.outcomes['source.tree'].state).toBe('passed');
  });

  test('that was expected', async () => {
    const found = await computed();
    const expecting = (value: string) => ({ treeSha256: { value, source: '--tree-sha256' } });
    const good = await audit(expecting(found), [`TREE_SHA256=${found}`]);
    expect(good.outcomes['source.tree-sha256']).toMatchObject({
      state: 'passed',
      source: '--tree-sha256 and TREE_SHA256 of the pin',
    });
    const wrong = await audit(expecting(other), [`TREE_SHA256=${found}`]);
    expect(wrong.outcomes['source.tree-sha256']).toMatchObject({ state: 'failed', source: '--tree-sha256' });
  });
});

describe('the entry', () => {
  test.each([
    [['ENTRYPOINT_SCRIPT=app/run.sh'], 'passed', "'app/run.sh' is a regular file of the commit, 9 bytes", undefined],
    [
      ['REPO_SUBDIR=app', 'ENTRYPOINT_SCRIPT=run.sh'],
      'passed',
      "'app/run.sh' is a regular file of the commit, 9 bytes",
      undefined,
    ],
    [['ENTRYPOINT_SCRIPT=gone.sh'], 'failed', "the entry script 'gone.sh' is no regular file of the commit", 'nothing'],
    [['ENTRYPOINT_SCRIPT=app'], 'failed', "the entry script 'app' is no regular file of the commit", 'a folder'],
    [
      ['ENTRYPOINT_SCRIPT=app/link.sh'],
      'failed',
      "the entry script 'app/link.sh' is no regular file of the commit",
      'a symlink',
    ],
    [
      ['ENTRYPOINT_SCRIPT=link/run.sh'],
      'failed',
      "the entry script 'link/run.sh' is no regular file of the commit",
      'nothing',
    ],
    [['REPO_SUBDIR=gone'], 'failed', "REPO_SUBDIR 'gone' is no folder of the commit", 'nothing'],
    [
      ['REPO_SUBDIR=link', 'ENTRYPOINT_SCRIPT=run.sh'],
      'failed',
      "REPO_SUBDIR 'link' is no folder of the commit",
      'a symlink',
    ],
    [['ENTRYPOINT_SCRIPT=fits.sh'], 'passed', "'fits.sh' is a regular file of the commit, 262144 bytes", undefined],
    [
      ['ENTRYPOINT_SCRIPT=big.sh'],
      'passed',
      "'big.sh' is a regular file of the commit, 262145 bytes, too large to be shown",
      undefined,
    ],
    [
      ['RUN_CMD=make run'],
      'passed',
      'the pin starts a command and no script of its own choosing: read the command',
      undefined,
    ],
  ])('%j', async (lines, state, summary, found) => {
    const { outcomes, entry } = await audit({}, lines);
    expect(outcomes['source.entry']).toMatchObject({ state, exit: state === 'passed' ? 0 : 10, summary });
    expect(outcomes['source.entry'].found).toBe(found);
    expect(outcomes['source.tree'].state).toBe('passed');
    if (state === 'failed' && entry?.start.mode === 'script') expect(entry.start.bytes).toBeUndefined();
  });

  test('one that is too large to be looked into is told', async () => {
    const { findings } = await audit({}, ['ENTRYPOINT_SCRIPT=big.sh']);
    expect(findings).toEqual([
      {
        id: 'source.entry-unread',
        text: 'big.sh has 262145 bytes, more than 262144, and was not looked into',
        path: 'big.sh',
      },
    ]);
    expect((await audit({}, ['ENTRYPOINT_SCRIPT=gone.sh'])).findings).toEqual([]);
  });

  test('commands are shown', async () => {
    const { outcomes, entry, findings } = await audit({}, ['RUN_CMD=make run', 'INSTALL_CMD=npm install']);
    expect(outcomes['source.entry'].details).toEqual(['INSTALL_CMD: npm install', 'RUN_CMD: make run']);
    expect(entry).toEqual({
      folder: undefined,
      start: { mode: 'command', runCmd: 'make run', installCmd: 'npm install' },
    });
    expect(findings.map(({ id, path, line }) => [id, path, line])).toEqual([
      ['source.unlocked-packages', 'INSTALL_CMD', 1],
    ]);
  });
});

describe('what is no such commit', () => {
  test('a tree, a blob, a tag', async () => {
    await repository.git('tag', '-a', '-m', 'x', 'annotated', repository.commit);
    for (const [kind, id] of [
      ['tree', await repository.tree()],
      ['blob', await repository.git('rev-parse', `${repository.commit}:tee-launch.sh`)],
      ['tag', await repository.git('rev-parse', 'refs/tags/annotated')],
    ] as const) {
      const { outcomes, facts, entry } = await audit({}, [], id);
      expect(outcomes['source.commit']).toMatchObject({
        state: 'failed',
        exit: 10,
        summary: `COMMIT_SHA ${id} is a ${kind} and not a commit`,
        origins: [`${url}, as named on the command line`],
      });
      for (const id of [
        'source.tree',
        'source.tree-sha256',
        'source.entry',
        'source.reachable',
        'source.signature',
      ] as const) {
        expect(outcomes[id]).toMatchObject({
          state: 'not-checked',
          summary: 'it stands on the commit, which was not had',
        });
      }
      expect([facts.reachability, facts.signature, facts.since, entry]).toEqual([
        undefined,
        undefined,
        undefined,
        undefined,
      ]);
    }
    await repository.git('tag', '-d', 'annotated');
  });

  test('a commit that is not there', async () => {
    const { outcomes } = await audit({}, [], '1'.repeat(40));
    expect(outcomes['source.commit']).toMatchObject({ state: 'failed', exit: 40 });
    expect(outcomes['source.commit'].summary).toContain('the commit cannot be had there');
  });

  test('another object format', async () => {
    const { outcomes } = await audit({}, [], '1'.repeat(64));
    expect(outcomes['source.commit']).toMatchObject({ state: 'failed', exit: 10 });
  });
});

describe('a server', () => {
  test('that wants a credential gets the one that the auditor gave, in every request', async () => {
    server.behave(requireAuth({ user: 'x-access-token', password: 'secret' }));
    const without = await audit();
    expect(without.outcomes['source.commit']).toMatchObject({
      state: 'not-checked',
      exit: 40,
      hint: 'if it is private, name a clone that you have, or an address that you may read, with --source',
    });
    const first = await repository.commitAgain({ 'a.txt': 'a' });
    expect(first).not.toBe(repository.commit);
    const { outcomes } = await audit({ network: { credential: 'secret' } });
    expect(outcomes['source.reachable']).toMatchObject({ state: 'passed' });
    expect(outcomes['source.reachable'].summary).toContain('1 commit behind');
  });

  test('that has moved within the rules', async () => {
    const from = `${server.url}/old.git`;
    server.behave(
      redirect((path) => (path.startsWith('/old.git') ? path.replace('/old.git', '/repo.git') : undefined)),
    );
    const { outcomes } = await auditSource(auditOf(from, repository.commit));
    expect(outcomes['source.commit'].state).toBe('passed');
    expect(outcomes['source.reachable'].state).toBe('passed');
    server.behave(redirect((path) => (path.startsWith('/old.git') ? `http://127.0.0.2:1${path}` : undefined)));
    const elsewhere = await auditSource(auditOf(from, repository.commit));
    expect(elsewhere.outcomes['source.commit']).toMatchObject({
      state: 'not-checked',
      exit: 13,
      hint: 'name the address that the repository has now with --source, if you trust it',
    });
  });

  test('without the repository', async () => {
    const { outcomes } = await auditSource(auditOf(`${server.url}/none.git`, repository.commit));
    expect(outcomes['source.commit']).toMatchObject({ state: 'not-checked', exit: 40 });
    expect(outcomes['source.commit'].summary).toMatch(/^the source was not had: .* status 404/);
  });

  test('that sends other bytes: nothing of them is believed', async () => {
    server.behave(onFetch({ flipBit: 4000 }));
    const { outcomes } = await audit();
    expect(outcomes['source.commit']).toMatchObject({ state: 'not-checked', exit: 13 });
    expect(outcomes['source.commit'].summary).toBe('what came with the commit was refused, see source.tree');
    expect(outcomes['source.tree']).toMatchObject({ state: 'failed', exit: 10 });
    expect(outcomes['source.entry'].state).toBe('not-checked');
  });

  test('that hangs, or cuts the connection', async () => {
    server.behave(always({ hang: true }));
    const hung = await audit({ limits: quickLimits({ IDLE_MS: 200 }) });
    expect(hung.outcomes['source.commit']).toMatchObject({ state: 'not-checked', exit: 40 });
    server.behave(onFetch({ cutAfter: 100 }));
    const cut = await audit();
    expect(cut.outcomes['source.commit']).toMatchObject({ state: 'not-checked', exit: 40 });
    expect(cut.outcomes['source.commit'].summary).toContain('the connection was cut');
  });
});

test('a submodule that the pin does not admit is refused as by the launcher', async () => {
  const made = await makeRepository({
    path: scratch.join('sub.git'),
    files: {
      'tee-launch.sh': 'x\n',
      lib: { gitlink: repository.commit },
      '.gitmodules': '[submodule "lib"]\n\tpath = lib\n\turl = ../repo.git\n',
    },
  });
  const at = `${server.url}/sub.git`;
  const run = (lines: string[]) => auditSource(auditOf(at, made.commit, { pin: pinOf(at, made.commit, lines) }));
  const no = await run([]);
  expect(no.outcomes['source.tree']).toMatchObject({ state: 'failed', exit: 10 });
  expect(no.outcomes['source.tree'].summary).toContain("holds a submodule, at 'lib'");
  const ignore = await run(['SUBMODULES=ignore']);
  expect(ignore.outcomes['source.tree'].state).toBe('passed');
  expect(ignore.outcomes['source.tree-sha256']).toMatchObject({ state: 'not-checked', exit: 20 });
  expect(ignore.findings).toEqual([
    {
      id: 'source.submodule',
      text: `lib is a submodule, commit ${repository.commit} of ../repo.git: an empty folder to the launcher`,
      path: 'lib',
    },
  ]);
  const yes = await run(['SUBMODULES=yes', 'REPO_SUBDIR=lib/app', 'ENTRYPOINT_SCRIPT=run.sh']);
  expect(yes.outcomes['source.tree'].details).toEqual([`submodule lib at ${repository.commit}`]);
  expect(yes.outcomes['source.tree-sha256'].found).toMatch(/^[0-9a-f]{64}$/);
  expect(yes.outcomes['source.entry'].summary).toBe("'lib/app/run.sh' is a regular file of the commit, 9 bytes");
  expect(yes.findings[0]?.text).toContain('brought along and hashed');
});

test('a submodule over ssh, or elsewhere on this machine, is not fetched', async () => {
  for (const [name, address] of [
    ['ssh', 'ssh://127.0.0.1:1/x'],
    ['local', '/etc'],
  ] as const) {
    const gitmodules = `[submodule "lib"]\n\tpath = lib\n\turl = ${address}\n`;
    const files = { 'tee-launch.sh': 'x\n', lib: { gitlink: repository.commit }, '.gitmodules': gitmodules };
    const made = await makeRepository({ path: scratch.join(`${name}.git`), files });
    const at = `${server.url}/${name}.git`;
    const pin = pinOf(at, made.commit, ['SUBMODULES=yes']);
    const { outcomes } = await auditSource(auditOf(at, made.commit, { pin }));
    expect(outcomes['source.tree'].state).not.toBe('passed');
    expect(outcomes['source.commit'].state).toBe('not-checked');
  }
});

test('nothing of it is left, whatever happened', () => {
  expect(readdirSync(temporary)).toEqual([]);
});
