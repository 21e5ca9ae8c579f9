import { describe, expect, test } from 'vitest';
import * as behave from '../support/behaviours.ts';
import { git } from '../support/git-command.ts';
import { makeRepository } from '../support/repositories.ts';
import { expectFailure, expectRan, launch, useStand } from './support.ts';

const old = behave.always({ ignoreGitProtocol: true });

describe('SHA-1', () => {
  const stand = useStand({ commits: 3 });

  test('a server of the oldest protocol: two more requests, the same end', async () => {
    stand.server.behave(old);
    const pin = stand.pin();
    expectRan(await launch(pin));
    expect(stand.server.requests.map(({ method }) => method)).toEqual(['POST', 'GET', 'POST']);
    expect(await git(['-C', pin.WORK_DIR, 'status', '--porcelain'])).toBe('');
    await git(['-C', pin.WORK_DIR, 'fsck', '--strict']);
  });

  test('50,000 refs do not matter, and are bounded', async () => {
    const lines = Array.from({ length: 50_000 }, (_, i) => `${stand.repository.commit} refs/heads/b${i}\n`);
    const body = [
      '001e# service=git-upload-pack\n0000',
      ...lines.map((line, i) => {
        const text =
          i === 0
            ? line.replace(
                '\n',
                '\0multi_ack side-band-64k ofs-delta shallow no-progress allow-reachable-sha1-in-want\n',
              )
            : line;
        return (text.length + 4).toString(16).padStart(4, '0') + text;
      }),
      '0000',
    ].join('');
    const headers = { 'content-type': 'application/x-git-upload-pack-advertisement' };
    stand.server.behave((request) =>
      request.method === 'GET' ? { reply: { status: 200, headers, body } } : { ignoreGitProtocol: true },
    );
    expectRan(await stand.launch());
    const launched = await stand.launch({}, { env: { TWL_LIMIT_ADVERTISEMENT_BYTES: '100000' } });
    expectFailure(launched, 'limit-exceeded', 10);
    expect(launched.hint).toContain('TWL_LIMIT_ADVERTISEMENT_BYTES');
  });

  test('a server that lacks what one commit needs', async () => {
    const line = `${stand.repository.commit} HEAD\0multi_ack ofs-delta\n`;
    const body = `001e# service=git-upload-pack\n0000${(line.length + 4).toString(16).padStart(4, '0')}${line}0000`;
    const headers = { 'content-type': 'application/x-git-upload-pack-advertisement' };
    stand.server.behave((request) =>
      request.method === 'GET' ? { reply: { status: 200, headers, body } } : { reply: { status: 400 } },
    );
    expectFailure(await stand.launch(), 'protocol-unsupported', 20);
  });

  test('an older commit, and one that a force-push left behind', async () => {
    const { repository } = stand;
    const older = await repository.git('rev-parse', `${repository.commit}~1`);
    expectFailure(await stand.launch({ COMMIT_SHA: older }), 'entry-missing', 10);
    await repository.commitAgain({ other: 'y\n' }, { parent: null, branch: 'main' });
    expect(await repository.git('branch', '--contains', repository.commit)).toBe('');
    expectRan(await stand.launch());
    stand.server.behave(old);
    expectRan(await stand.launch());
  });

  test('a commit that is not there', async () => {
    for (const behaviour of [undefined, old]) {
      stand.server.behave(behaviour);
      const launched = await stand.launch({ COMMIT_SHA: '1'.repeat(40) });
      expectFailure(launched, 'commit-not-served', 40);
      expect(launched.hint).toContain('COMMIT_SHA');
    }
  });

  test('a tag, a tree and a blob as the commit, from a server that gives any object', async () => {
    const { repository } = stand;
    await repository.git('tag', '-a', '-m', 'v1', 'v1', repository.commit);
    for (const name of ['v1', `${repository.commit}^{tree}`, `${repository.commit}:a.txt`]) {
      const launched = await stand.launch({ COMMIT_SHA: await repository.git('rev-parse', name) });
      expect(['not-a-commit', 'object-unexpected'], launched.stderr).toContain(launched.errorCode);
      expect(launched).toMatchObject({ code: 10, stdout: '' });
    }
  });

  test('a branch whose name is a hash', async () => {
    const { repository } = stand;
    const name = '2'.repeat(40);
    await repository.git('update-ref', `refs/heads/${name}`, repository.commit);
    expectFailure(await stand.launch({ COMMIT_SHA: name }), 'commit-not-served', 40);
  });

  test('an empty repository', async () => {
    await git(['init', '-q', '--bare', stand.scratch.join('empty.git')]);
    for (const behaviour of [undefined, old]) {
      stand.server.behave(behaviour);
      const launched = await stand.launch({ REPO_URL: `${stand.server.url}/empty.git` });
      expect(launched).toMatchObject({ code: 40, stdout: '' });
    }
  });

  test('64 digits at a SHA-1 repository', async () => {
    for (const behaviour of [undefined, old]) {
      stand.server.behave(behaviour);
      const launched = await stand.launch({ COMMIT_SHA: '1'.repeat(64) });
      expectFailure(launched, 'object-format-mismatch', 10);
      expect(launched.hint).toContain('40 digits');
    }
  });

  test('history stays away: one commit, and git agrees', async () => {
    const pin = stand.pin();
    expectRan(await launch(pin));
    const run = (...args: string[]): Promise<string> => git(['-C', pin.WORK_DIR, ...args]);
    expect(await run('rev-parse', 'HEAD')).toBe(stand.repository.commit);
    expect(await run('rev-list', '--count', 'HEAD')).toBe('1');
    expect(await run('rev-parse', '--is-shallow-repository')).toBe('true');
    expect(await run('remote', 'get-url', 'origin')).toBe(pin.REPO_URL);
  });
});

describe('SHA-256', () => {
  const stand = useStand({ format: 'sha256' });

  test('cold, warm and by the oldest protocol', async () => {
    const pin = stand.pin();
    expectRan(await launch(pin));
    expect(await git(['-C', pin.WORK_DIR, 'status', '--porcelain'])).toBe('');
    await git(['-C', pin.WORK_DIR, 'fsck', '--strict']);
    stand.server.behave(behave.serverError(99));
    expectRan(await launch(pin));
    stand.server.behave(old);
    expectRan(await stand.launch());
  });

  test('TREE_SHA256 is the tree itself', async () => {
    const TREE_SHA256 = await stand.repository.tree();
    expectRan(await stand.launch({ TREE_SHA256 }));
    const launched = await stand.launch({ TREE_SHA256: TREE_SHA256.replace(/^./, (c) => (c === '0' ? '1' : '0')) });
    expectFailure(launched, 'tree-sha256-mismatch', 10);
  });

  test('40 digits', async () => {
    for (const behaviour of [undefined, old]) {
      stand.server.behave(behaviour);
      const launched = await stand.launch({ COMMIT_SHA: '1'.repeat(40) });
      expectFailure(launched, 'object-format-mismatch', 10);
      expect(launched.hint).toContain('of 64');
    }
  });

  test('the same files in both formats have one TREE_SHA256', async () => {
    const files = { 'tee-launch.sh': 'echo workload ran\n', 'd/e/f': 'x', 'd.txt': 'y', l: { symlink: 'd' } } as const;
    const [one, two] = await Promise.all([
      makeRepository({ path: stand.scratch.join('one.git'), files }),
      makeRepository({ path: stand.scratch.join('two.git'), files, format: 'sha256' }),
    ]);
    const REPO_URL = `${stand.server.url}/one.git`;
    expectRan(await stand.launch({ REPO_URL, COMMIT_SHA: one.commit, TREE_SHA256: await two.tree() }));
    const launched = await stand.launch({ REPO_URL, COMMIT_SHA: one.commit, TREE_SHA256: '1'.repeat(64) });
    expectFailure(launched, 'tree-sha256-mismatch', 10);
  });
});
