import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { encodeTag } from '../support/git-objects.ts';
import { makeRepository, type Repository } from '../support/repositories.ts';
import { ObjectStore } from '../support/object-store.ts';
import { type RunResult, runLauncher } from '../support/run-launcher.ts';
import { errorOf, launchPin, type PinKeys, pinText, rawCharacterOf } from './support/launch.ts';
import { serveOneRepository } from './support/one-repository.ts';

const ENTRY = '#!/bin/bash\necho pinned\n';
const one = serveOneRepository(ENTRY);
const { scratch } = one;
let count = 0;

const soundKeys = one.pinKeys;

/** Nothing was fetched, made or run, and the message can be shown. */
const expectNothing = (run: RunResult, requests: number, keys: PinKeys, code = 30): void => {
  expect({ code: run.code, stdout: run.stdout }, run.stderr).toEqual({ code, stdout: '' });
  expect(one.server.requests.length).toBe(requests);
  expect(existsSync(keys.WORK_DIR ?? '/nonexistent')).toBe(false);
  expect(rawCharacterOf(run.stderr)).toBeUndefined();
};

type Change = (text: string, keys: PinKeys) => string | Buffer;

const append =
  (line: string): Change =>
  (text) =>
    `${text}${line}\n`;
const set =
  (key: string, value: string): Change =>
  (_, keys) =>
    pinText({ ...keys, [key]: value });
const setUrl = (value: string): Change => set('REPO_URL', value);

/** A pin that is read otherwise by people or by shells than it stands there. */
const REFUSED_TEXTS: readonly (readonly [name: string, change: Change, message: RegExp])[] = [
  ['a key given twice', (text, keys) => `${text}COMMIT_SHA=${keys.COMMIT_SHA}\n`, /:4:1/],
  ['a second commit', append(`COMMIT_SHA=${'1'.repeat(40)}`), /COMMIT_SHA/],
  ['an unknown key', append('COMIT_SHA=1'), /unknown config key 'COMIT_SHA' at .*:4:1/],
  ['a key in lower case', append('repo_subdir=x'), /repo_subdir/],
  ['a NUL inside the hash', (text) => text.replace(/COMMIT_SHA=..../, '$&\0'), /:2:16/],
  ['a NUL in a comment', append('# a\0b'), /:4:4/],
  ['carriage returns', (text) => text.replaceAll('\n', '\r\n'), /:1:/],
  ['a byte order mark', (text) => `\ufeff${text}`, /:1:1/],
  ['a byte order mark inside', append('#\ufeff'), /:4:2/],
  ['a form feed', append('\fRECEIPT=off'), /:4:1/],
  ['a no-break space around =', append('RECEIPT\u00a0=\u00a0off'), /:4:/],
  ['a space around =', append('RECEIPT = off'), /:4:/],
  ['a bidirectional control in a comment', append('# \u202esha\u202c'), /:4:3/],
  ['a bidirectional control in a value', append('RUN_CMD=echo \u2066x\u2069'), /:4:/],
  ['a line separator', append('# a\u2028RECEIPT=off'), /:4:4/],
  ['an escape sequence in a comment', append('# \x1b[2K'), /:4:3/],
  ['bytes that are no UTF-8', (text) => Buffer.concat([Buffer.from(text), Buffer.from([0x23, 0xff, 0x0a])]), /UTF-8/],
  ['a line of 100,000 characters', append(`#${'x'.repeat(100_000)}`), /64|65,?536|large/i],
  ['a comment of 10 MB', append(`#${'x'.repeat(10_000_000)}`), /64|65,?536|large/i],
  ['a quote that does not close', append('RUN_CMD="echo'), /:4:/],
  ['a quote inside the same quotes', append('RUN_CMD="echo "x""'), /:4:/],
  ['a line without =', append('RECEIPT'), /:4:/],
  ['a missing key', (text) => text.replace(/^COMMIT_SHA=.*\n/m, ''), /missing required config key: COMMIT_SHA/],
  ['nothing at all', () => '', /missing required config key/],
];

const REFUSED_VALUES: readonly (readonly [name: string, change: Change, message: RegExp])[] = [
  ['credentials in the URL', setUrl('https://user:hunter2@example.com/x.git'), /must not contain credentials/],
  ['a token in the URL', setUrl('https://hunter2@example.com/x.git'), /must not contain credentials/],
  ['a password for ssh', setUrl('ssh://git:hunter2@example.com/x.git'), /must not contain a password/],
  ['a URL that begins with -', setUrl('--upload-pack=touch /tmp/x'), /must not start with '-'/],
  ['ext::', setUrl("ext::sh -c 'touch /tmp/x'"), /REPO_URL/],
  ['ext:: without spaces', setUrl('ext::id'), /must not use another transport/],
  ['git://', setUrl('git://127.0.0.1/x.git'), /must not use another transport/],
  ['ftp://', setUrl('ftp://127.0.0.1/x.git'), /must not use another transport/],
  ['http:// to another host', setUrl('http://example.com/x.git'), /must not use http:\/\/ but on loopback/],
  ['http:// to the metadata address', setUrl('http://169.254.169.254/x.git'), /must not use http:\/\//],
  ['file:// with a host', setUrl('file://host/x.git'), /must not use another transport/],
  ['a relative path', setUrl('../repo.git'), /must be a URL or an absolute path/],
  ['an option as the host of ssh', setUrl('ssh://-oProxyCommand=id/x'), /plain host/],
  ['an option as the host of scp', setUrl('git@-oProxyCommand=id:x'), /plain host/],
  ['an option as the path of ssh', setUrl('git@example.com:-x'), /must not have a path that starts with '-'/],
  ['a command in the path of ssh', setUrl('git@example.com:x;id'), /plain path/],
  ['a hidden line feed', setUrl('https://example.com/%0ahost=evil'), /must not hide control characters/],
  ['a hidden slash', setUrl('https://example.com/..%2fx'), /must not hide/],
  ['a query', setUrl('https://example.com/x?y'), /must not have a query/],
  ['an abbreviated hash', set('COMMIT_SHA', 'abcdef1'), /must be a full 40-hex SHA-1 or 64-hex SHA-256 hash/],
  ['an upper-case hash', set('COMMIT_SHA', 'A'.repeat(40)), /must be a full 40-hex/],
  ['a hash of 41 digits', set('COMMIT_SHA', 'a'.repeat(41)), /must be a full 40-hex/],
  ['a hash of full-width digits', set('COMMIT_SHA', '\uff11'.repeat(40)), /must be a full 40-hex/],
  ['a branch', set('COMMIT_SHA', 'main'), /must be a full 40-hex/],
  ['HEAD', set('COMMIT_SHA', 'HEAD'), /must be a full 40-hex/],
  ['an option in place of the hash', set('COMMIT_SHA', '--upload-pack=x'), /must be a full 40-hex/],
  ["a variable's name in place of the hash", set('COMMIT_SHA', '$COMMIT'), /must be a full 40-hex/],
  ['a hash of zeros', set('COMMIT_SHA', '0'.repeat(40)), /must not be all zeros/],
  ['the root folder', set('WORK_DIR', '/'), /must not be the root folder/],
  ['a folder of the system', set('WORK_DIR', '/etc'), /must not be a folder of the system/],
  ['a folder of the kernel', set('WORK_DIR', '/proc/self/cwd'), /must not be under \/proc/],
  ['a relative WORK_DIR', set('WORK_DIR', 'work'), /must be an absolute path/],
  ['.. in WORK_DIR', set('WORK_DIR', '/srv/../etc'), /must not contain '\.\.'/],
  ['.. in REPO_SUBDIR', set('REPO_SUBDIR', 'a/../..'), /REPO_SUBDIR must not contain '\.\.'/],
  ['an absolute REPO_SUBDIR', set('REPO_SUBDIR', '/etc'), /must be relative/],
  ['.. in ENTRYPOINT_SCRIPT', set('ENTRYPOINT_SCRIPT', '../x.sh'), /must not contain '\.\.'/],
  ['an option as ENTRYPOINT_SCRIPT', set('ENTRYPOINT_SCRIPT', '-c'), /must not start with '-'/],
  ['a hook as ENTRYPOINT_SCRIPT', set('ENTRYPOINT_SCRIPT', '.git/hooks/post-checkout'), /must not contain '\.git'/],
  ['INSTALL_CMD alone', set('INSTALL_CMD', 'id'), /INSTALL_CMD requires RUN_CMD/],
  ['a blank RUN_CMD', set('RUN_CMD', '" "'), /RUN_CMD must not be empty/],
  ['a mirror with credentials', set('REPO_MIRRORS', 'https://u:hunter2@example.com/x'), /must not contain credentials/],
  ['a proxy with credentials', set('REPO_PROXY', 'http://u:hunter2@127.0.0.1:1'), /must not contain credentials/],
];

describe('a pin is refused before anything is asked or made', () => {
  for (const [name, change, message] of [...REFUSED_TEXTS, ...REFUSED_VALUES]) {
    test.concurrent(name, async () => {
      const keys = soundKeys();
      const requests = one.server.requests.length;
      const run = await runLauncher({ config: change(pinText(keys), keys) });
      expectNothing(run, requests, keys);
      expect(errorOf(run)).toMatch(message);
      expect(run.stderr).not.toContain('hunter2');
      expect(errorOf(run)).toContain('hint: ');
    });
  }

  test('two pins at once', async () => {
    const keys = soundKeys();
    const env = { LAUNCHER_CONFIG: pinText(keys) };
    expectNothing(await runLauncher({ config: pinText(keys), env }), one.server.requests.length, keys, 2);
  });
});

describe('a pin that is only odd is launched', () => {
  const ODD: readonly (readonly [name: string, change: (text: string) => string])[] = [
    ['no line feed at the end', (text) => text.trimEnd()],
    [
      'comments, blank lines and white space before keys',
      (text) => `\n# ${'é'.repeat(20)}\n\n${text.replace(/^/gm, ' \t')}`,
    ],
    ['quoted values', (text) => text.replace(/=(.*)$/gm, "='$1'")],
    ['shell syntax in a value', (text) => `${text}RUN_CMD=echo pinned # $(not run before) "x"\n`],
  ];
  for (const [name, change] of ODD) {
    test(name, async () => {
      const run = await runLauncher({ config: change(pinText(soundKeys())) });
      expect({ code: run.code, stdout: run.stdout }, run.stderr).toEqual({ code: 0, stdout: 'pinned\n' });
    });
  }
});

describe('what the hash names', () => {
  const launchCommit = (commit: string, keys: PinKeys = {}): Promise<RunResult> =>
    launchPin({ ...soundKeys(), COMMIT_SHA: commit, ...keys }, { env: { TWL_LIMIT_ATTEMPTS: '1' } });

  const expectRefused = (run: RunResult, code: number, message: RegExp): void => {
    expect({ code: run.code, stdout: run.stdout }, run.stderr).toEqual({ code, stdout: '' });
    expect(errorOf(run)).toMatch(message);
  };

  test('a tag: refused, not followed to its commit', async () => {
    const store = new ObjectStore();
    const oid = store.add('tag', encodeTag(one.repository.commit, 'commit'));
    store.writeTo(one.repository.gitDir);
    expectRefused(await launchCommit(oid), 10, /is a tag and not a commit/);
    expectRefused(await launchCommit(oid, { REPO_URL: one.repository.gitDir }), 10, /is a tag and not a commit/);
  });

  test('a tree, a file: refused', async () => {
    expectRefused(await launchCommit(await one.repository.tree()), 10, /is a tree and not a commit/);
    const blob = await one.repository.git('rev-parse', 'HEAD:tee-launch.sh');
    expectRefused(await launchCommit(blob), 10, /is a blob and not a commit/);
  });

  test('a branch whose name is the hash: the commit is asked for, not the branch', async () => {
    const hash = 'ab'.repeat(20);
    const evil = await one.repository.commitAgain({ 'tee-launch.sh': 'echo EVIL\n' }, { branch: 'evil' });
    await one.repository.git('update-ref', `refs/heads/${hash}`, evil);
    await one.repository.git('update-ref', `refs/tags/${hash}`, evil);
    expectRefused(await launchCommit(hash), 40, /the commit cannot be had there/);
    await one.repository.git('update-ref', `refs/heads/${one.repository.commit}`, evil);
    expect((await launchCommit(one.repository.commit)).stdout).toBe('pinned\n');
  });

  test('a commit that only another repository has', async () => {
    const fork = await makeRepository({ files: { 'tee-launch.sh': 'echo EVIL\n' }, path: scratch.join('fork.git') });
    expectRefused(await launchCommit(fork.commit), 40, /the commit cannot be had there/);
  });

  test('a commit that was force-pushed away: served or not, never another one', async () => {
    const gone = await makeRepository({ files: { 'tee-launch.sh': ENTRY }, path: scratch.join('gone.git') });
    await gone.commitAgain({ 'tee-launch.sh': 'echo EVIL\n' }, { parent: null });
    const keys = { REPO_URL: `${one.server.url}/gone.git` };
    expect((await launchCommit(gone.commit, keys)).stdout).toBe('pinned\n');
    await gone.git('reflog', 'expire', '--expire=now', '--all');
    await gone.git('gc', '-q', '--prune=now');
    expectRefused(await launchCommit(gone.commit, keys), 40, /the commit cannot be had there/);
  });

  test('an empty repository', async () => {
    await new ObjectStore().makeBareRepository(scratch.join('empty.git'));
    expectRefused(
      await launchCommit(one.repository.commit, { REPO_URL: `${one.server.url}/empty.git` }),
      40,
      /cannot be had/,
    );
  });

  test('a hash of the other object format', async () => {
    const files = { 'tee-launch.sh': ENTRY };
    const other = await makeRepository({ files, path: scratch.join('sha256.git'), format: 'sha256' });
    const url = `${one.server.url}/sha256.git`;
    expectRefused(await launchCommit(one.repository.commit, { REPO_URL: url }), 10, /object format|SHA-256/i);
    expectRefused(await launchCommit(other.commit.slice(0, 40), { REPO_URL: url }), 10, /object format|SHA-256/i);
    expectRefused(await launchCommit(other.commit), 10, /object format|SHA-1/i);
    expect((await launchCommit(other.commit, { REPO_URL: url })).stdout).toBe('pinned\n');
  });
});

describe('what stands where the entry script should', () => {
  const launchFiles = async (
    files: Parameters<Repository['commitAgain']>[0],
    keys: PinKeys = {},
  ): Promise<RunResult & { keys: PinKeys }> => {
    const commit = await one.repository.commitAgain(files, {
      parent: one.repository.commit,
      branch: `entry-${count++}`,
    });
    const all = { ...soundKeys(), COMMIT_SHA: commit, ...keys };
    return { ...(await launchPin(all)), keys: all };
  };

  test('an empty file: it runs, and does nothing', async () => {
    const run = await launchFiles({ 'tee-launch.sh': '' });
    expect({ code: run.code, stdout: run.stdout }, run.stderr).toEqual({ code: 0, stdout: '' });
    expect(run.stderr).toContain('bash tee-launch.sh');
  });

  test('a script with CRLF: its bytes run as they are', async () => {
    const run = await launchFiles({ 'tee-launch.sh': 'echo one\r\n', '.gitattributes': '* text=auto eol=lf\n' });
    expect({ code: run.code, stdout: run.stdout }, run.stderr).toEqual({ code: 0, stdout: 'one\r\n' });
  });

  test('a pointer to a large file: what runs is the pointer', async () => {
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:00\n';
    const run = await launchFiles({ 'tee-launch.sh': pointer, '.gitattributes': '*.sh filter=lfs\n' });
    expect(run.stdout).toBe('');
    expect(run.stderr).toContain('tee-launch.sh: line 1: version: command not found');
  });

  test('a submodule: refused', async () => {
    const files = { 'tee-launch.sh': { gitlink: one.repository.commit } };
    const run = await launchFiles(files, { SUBMODULES: 'ignore' });
    expect({ code: run.code, stdout: run.stdout }).toEqual({ code: 10, stdout: '' });
    expect(errorOf(run)).toContain("entry script 'tee-launch.sh' not found");
  });

  test('a REPO_SUBDIR that is an ignored submodule: refused', async () => {
    const run = await launchFiles(
      { sub: { gitlink: one.repository.commit } },
      { SUBMODULES: 'ignore', REPO_SUBDIR: 'sub' },
    );
    expect({ code: run.code, stdout: run.stdout }).toEqual({ code: 10, stdout: '' });
    expect(errorOf(run)).toContain("REPO_SUBDIR 'sub' does not exist");
  });

  test('a name that a shell would expand: it is a name', async () => {
    const name = '$(touch expanded) `x` * é.sh';
    const run = await launchFiles({ [`a b/${name}`]: 'echo "$0"\n' }, { REPO_SUBDIR: 'a b', ENTRYPOINT_SCRIPT: name });
    expect({ code: run.code, stdout: run.stdout }, run.stderr).toEqual({ code: 0, stdout: `${name}\n` });
    expect(existsSync(`${run.keys.WORK_DIR}/a b/expanded`)).toBe(false);
  });

  test('a link beside the script that leads out: it is data, also for what is placed after it', async () => {
    const outside = scratch.join('outside');
    const run = await launchFiles({
      way: { symlink: outside },
      'tee-launch.sh': 'readlink way; ls -d "$PWD"/way/..\n',
    });
    expect(run.stdout).toContain(outside);
    expect(existsSync(outside)).toBe(false);
  });
});
