import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { git } from '../support/git-command.ts';
import { makeRepository, type Repository } from '../support/repositories.ts';
import { hasSshServer, type SshServer, startSshServer } from '../support/ssh-server.ts';
import { makeScratch } from '../support/scratch.ts';
import { ENTRY, expectFailure, expectRan, launch, type Launched, type PinValues } from './support.ts';

const scratch = makeScratch();
let repository: Repository;
let count = 0;

beforeAll(async () => {
  repository = await makeRepository({
    path: scratch.join('work-tree'),
    bare: false,
    commits: 3,
    files: { 'tee-launch.sh': ENTRY, 'd/file': 'x'.repeat(3000), link: { symlink: 'd' } },
  });
});

const freshPin = (values: PinValues): PinValues & { WORK_DIR: string } => ({
  COMMIT_SHA: repository.commit,
  WORK_DIR: scratch.join(`work${count++}`),
  ...values,
});
const run = (values: PinValues): Promise<Launched> => launch(freshPin(values));

describe('a repository on this machine', () => {
  test('not bare, by path and by file://', async () => {
    expectRan(await run({ REPO_URL: scratch.join('work-tree') }));
    await git(['clone', '-q', '--bare', scratch.join('work-tree'), scratch.join('bare.git')]);
    for (const REPO_URL of [scratch.join('bare.git'), `file://${scratch.join('bare.git')}`]) {
      const pin = freshPin({ REPO_URL });
      expectRan(await launch(pin));
      expect(await git(['-C', pin.WORK_DIR, 'status', '--porcelain'])).toBe('');
      await git(['-C', pin.WORK_DIR, 'fsck', '--strict']);
    }
  });

  test('packed, with deltas', async () => {
    await git(['clone', '-q', '--bare', scratch.join('work-tree'), scratch.join('packed.git')]);
    await git(['--git-dir', scratch.join('packed.git'), 'repack', '-adfq']);
    expectRan(await run({ REPO_URL: scratch.join('packed.git') }));
  });

  test('a linked worktree', async () => {
    await git(['-C', repository.path, 'worktree', 'add', '-q', '--detach', scratch.join('linked')]);
    expectRan(await run({ REPO_URL: scratch.join('linked') }));
  });

  test('gone at a restart', async () => {
    await git(['clone', '-q', '--bare', scratch.join('work-tree'), scratch.join('moved.git')]);
    const pin = freshPin({ REPO_URL: scratch.join('moved.git') });
    expectRan(await launch(pin));
    renameSync(scratch.join('moved.git'), scratch.join('elsewhere.git'));
    expectRan(await launch(pin));
  });

  test('nothing in it runs', async () => {
    const path = scratch.join('hooked.git');
    await git(['clone', '-q', '--bare', scratch.join('work-tree'), path]);
    const canary = scratch.join('canary');
    mkdirSync(`${path}/hooks`, { recursive: true });
    writeFileSync(`${path}/hooks/pre-upload-pack`, `#!/bin/sh\ntouch ${canary}\n`, { mode: 0o755 });
    await git(['--git-dir', path, 'config', 'uploadpack.packObjectsHook', `touch ${canary};`]);
    await git(['--git-dir', path, 'config', 'core.fsmonitor', `touch ${canary}`]);
    expectRan(await run({ REPO_URL: path }));
    expect(existsSync(canary)).toBe(false);
  });

  test('not there, no repository, no such commit, not a commit', async () => {
    expectFailure(await run({ REPO_URL: scratch.join('absent') }), 'repository-not-found', 40);
    mkdirSync(scratch.join('plain'));
    expectFailure(await run({ REPO_URL: scratch.join('plain') }), 'repository-not-found', 40);
    expectFailure(await run({ REPO_URL: repository.path, COMMIT_SHA: '1'.repeat(40) }), 'commit-not-served', 40);
    expectFailure(await run({ REPO_URL: repository.path, COMMIT_SHA: await repository.tree() }), 'not-a-commit', 10);
  });

  test('a damaged one: the object is named', async () => {
    const damaged = await makeRepository({
      path: scratch.join('damaged.git'),
      files: { 'tee-launch.sh': ENTRY, 'a.txt': 'one' },
    });
    await git(['--git-dir', damaged.gitDir, 'repack', '-adq']);
    const packs = await git(['-C', damaged.gitDir, 'rev-list', '--objects', '--all']);
    expect(packs).toContain('a.txt');
    const id = await damaged.git('rev-parse', 'main:a.txt');
    renameSync(`${damaged.gitDir}/objects/pack`, scratch.join('pack-aside'));
    mkdirSync(`${damaged.gitDir}/objects/pack`);
    expect(id).toMatch(/^[0-9a-f]{40}$/);
    const launched = await run({ REPO_URL: damaged.gitDir, COMMIT_SHA: damaged.commit });
    expectFailure(launched, 'commit-not-served', 40);
  });
});

const SSHD = hasSshServer();
if (!SSHD) console.info('ssh: skipped, there is no /usr/sbin/sshd on this machine');

describe.skipIf(!SSHD).each([true, false])('ssh, GIT_PROTOCOL accepted: %s', (acceptGitProtocol) => {
  let server: SshServer;
  let foreign: string;
  beforeAll(async () => {
    server = (await startSshServer({ dir: scratch.join(`ssh-${acceptGitProtocol}`), acceptGitProtocol }))!;
    await git(['clone', '-q', '--bare', repository.path, scratch.join('ssh.git')]).catch(() => undefined);
    foreign = scratch.join('foreign-hosts');
    writeFileSync(
      foreign,
      server.knownHosts.replace(/ AAAA\S+/, (key) => ` ${key.trim().replace(/.{6}$/, 'AAAAAA')}`),
    );
  });
  afterAll(() => server.close());

  const keys = (): PinValues => ({ SSH_KEY_FILE: server.keyFile, SSH_KNOWN_HOSTS_FILE: server.knownHostsFile });

  test('ssh://', async () => {
    const pin = freshPin({ REPO_URL: server.url(scratch.join('ssh.git')), ...keys() });
    expectRan(await launch(pin));
    expect(await git(['-C', pin.WORK_DIR, 'status', '--porcelain'])).toBe('');
  });

  test('an older commit that no ref names', async () => {
    const old = await repository.git('rev-parse', `${repository.commit}~1`);
    const launched = await run({ REPO_URL: server.url(scratch.join('ssh.git')), COMMIT_SHA: old, ...keys() });
    // The oldest protocol gives what is advertised only; either way the answer is clear.
    expect(['entry-missing', 'commit-not-served']).toContain(launched.errorCode);
  });

  test('no such commit, no such repository', async () => {
    const REPO_URL = server.url(scratch.join('ssh.git'));
    const launched = await run({ REPO_URL, COMMIT_SHA: '1'.repeat(40), ...keys() });
    expectFailure(launched, 'commit-not-served', 40);
    expectFailure(
      await run({ REPO_URL: server.url(scratch.join('absent.git')), ...keys() }),
      'repository-not-found',
      40,
    );
  });

  test('another host key, or none that is known: refused', async () => {
    const REPO_URL = server.url(scratch.join('ssh.git'));
    const empty = scratch.join('no-hosts');
    writeFileSync(empty, '');
    for (const SSH_KNOWN_HOSTS_FILE of [foreign, empty, undefined]) {
      const launched = await run({ REPO_URL, ...keys(), SSH_KNOWN_HOSTS_FILE });
      expectFailure(launched, 'access-denied', 40);
      expect(launched.hint).toContain('SSH_KNOWN_HOSTS_FILE');
    }
  });

  test('no key that may log in', async () => {
    const launched = await run({ REPO_URL: server.url(scratch.join('ssh.git')), ...keys(), SSH_KEY_FILE: undefined });
    expectFailure(launched, 'access-denied', 40);
    expect(launched.hint).toContain('SSH_KEY_FILE');
  });

  test('the configuration of a user is not read', async () => {
    const home = scratch.join(`home-${acceptGitProtocol}`);
    const canary = scratch.join('ssh-canary');
    mkdirSync(`${home}/.ssh`, { recursive: true, mode: 0o700 });
    writeFileSync(`${home}/.ssh/config`, `Host *\n  ProxyCommand touch ${canary}\n  LocalCommand touch ${canary}\n`);
    const env = {
      HOME: home,
      GIT_SSH_COMMAND: `touch ${canary}`,
      GIT_SSH: '/bin/false',
      SSH_AUTH_SOCK: '/nonexistent',
    };
    expectRan(await launch(freshPin({ REPO_URL: server.url(scratch.join('ssh.git')), ...keys() }), { env }));
    expect(existsSync(canary)).toBe(false);
  });

  test('gone at a restart', async () => {
    const pin = freshPin({ REPO_URL: server.url(scratch.join('ssh.git')), ...keys() });
    expectRan(await launch(pin));
    expectRan(await launch({ ...pin, SSH_KEY_FILE: '/nonexistent' }));
  });
});

describe.skipIf(!existsSync('/usr/bin/ssh'))('ssh to nobody', () => {
  test('refused connection, by both forms', async () => {
    for (const REPO_URL of ['ssh://git@127.0.0.1:9/r.git', 'git@127.0.0.1:r.git']) {
      const launched = await run({ REPO_URL });
      expect(launched).toMatchObject({ code: 40, stdout: '' });
      expect(launched.error).toContain('127.0.0.1');
    }
  });
});
