import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { git } from '../support/git-command.ts';
import { makeRepository } from '../support/repositories.ts';
import { type RunOptions, type RunResult, runLauncher } from '../support/run-launcher.ts';
import { useScratch } from '../support/use-scratch.ts';
import { inMounts, whyNoMounts } from '../support/own-mounts.ts';
import { expectInOrder, pinText, type Served, serve } from './support.ts';

// What the users of the launcher's predecessor rely on, by the name that they call it by.

const ENTRY = 'echo "workload runs in $PWD as $$"\ngit rev-parse HEAD\n';
const OLD = 'git-launcher';
const NEW = 'trusted-workload-launcher';
const bin = (name: string): string => fileURLToPath(new URL(`../../bin/${name}`, import.meta.url));

const run = (options: RunOptions): Promise<RunResult> => runLauncher({ program: OLD, ...options });
const ran = ({ stdout, code }: RunResult): boolean => code === 0 && stdout.includes('workload runs in');

describe('the log', () => {
  test('a first start in default mode', async () => {
    const { repository, workDir, url, pin } = await serve({ 'app/entrypoint.sh': ENTRY });
    const result = await run({ config: pin({ REPO_SUBDIR: 'app' }) });
    expect(result.code).toBe(0);
    expectInOrder(result.stderr, [
      `[git-launcher] config:   ${result.configPath}\n`,
      `[git-launcher] repo:     ${url}\n`,
      `[git-launcher] commit:   ${repository.commit}\n`,
      `[git-launcher] workdir:  ${workDir}\n`,
      '[git-launcher] subdir:   app\n',
      '[git-launcher] mode:     default (entrypoint.sh)\n',
      '[git-launcher] entry:    entrypoint.sh\n',
      `[git-launcher] cloning ${url} into ${workDir}\n`,
      `[git-launcher] checking out ${repository.commit}\n`,
      '[git-launcher] scrubbing checkout\n',
      `[git-launcher] HEAD verified: ${repository.commit}\n`,
      `[git-launcher] exec in ${workDir}/app: bash entrypoint.sh\n`,
    ]);
    expect(result.stderr).not.toContain('reusing');
    expect(result.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('[git-launcher] '))).toEqual([]);
    expect(result.stdout).toMatch(new RegExp(`^workload runs in ${workDir}/app as \\d+\n${repository.commit}\n$`));
  });

  test('a second start', async () => {
    const { repository, workDir, pin, server } = await serve({ 'entrypoint.sh': ENTRY });
    await run({ config: pin() });
    await server.close();
    const result = await run({ config: pin() });
    expect(ran(result)).toBe(true);
    expectInOrder(result.stderr, [
      `reusing checkout at ${workDir}\n`,
      `checking out ${repository.commit}\n`,
      'scrubbing checkout\n',
      `HEAD verified: ${repository.commit}\n`,
      `exec in ${workDir}: bash entrypoint.sh\n`,
    ]);
    expect(result.stderr).not.toContain('cloning');
  });

  test('a start at another commit', async () => {
    const { repository, workDir, pin } = await serve({ 'entrypoint.sh': ENTRY, old: 'old' });
    await run({ config: pin() });
    const next = await repository.commitAgain({ old: null, new: 'new' });
    const result = await run({ config: pin({ COMMIT_SHA: next }) });
    expect(result.stdout).toContain(`${next}\n`);
    expectInOrder(result.stderr, [
      `reusing checkout at ${workDir}\n`,
      `checking out ${next}\n`,
      `HEAD verified: ${next}\n`,
    ]);
    expect(readdirSync(workDir).sort()).toEqual(['.git', 'entrypoint.sh', 'new']);
  });

  test('advanced mode', async () => {
    const { workDir, pin } = await serve({ 'd/x': 'x' });
    const config = pin({ REPO_SUBDIR: 'd', INSTALL_CMD: 'echo installed > made', RUN_CMD: 'cat made x; echo " $0"' });
    const result = await run({ config });
    expectInOrder(result.stderr, [
      'subdir:   d\n',
      'mode:     advanced (RUN_CMD)\n',
      'install:  echo installed > made\n',
      'run:      cat made x; echo " $0"\n',
      'cloning ',
      'HEAD verified: ',
      `running install in ${workDir}/d\n`,
      `exec in ${workDir}/d: bash -c `,
    ]);
    expect(result).toMatchObject({ code: 0, stdout: 'installed\nx bash\n' });
  });
});

describe('the command line', () => {
  test.each([
    [OLD, '/etc/git-launcher/config.conf'],
    [NEW, '/etc/trusted-workload-launcher/launcher.conf'],
  ])('%s --help shows its usage and its default path', async (program, path) => {
    for (const flag of ['-h', '--help']) {
      const result = await run({ program, args: [flag] });
      expect(result).toMatchObject({ code: 0, stderr: '' });
      expect(result.stdout).toContain(`Usage: ${program}`);
      expect(result.stdout).toContain('[config-file]');
      expect(result.stdout).toContain(path);
    }
  });

  test.each([OLD, NEW])('%s with two configs ends with 2 and says how it is called', async (program) => {
    const result = await run({ program, args: ['a', 'b'] });
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain(`Usage: ${program}`);
  });

  test.each([
    [OLD, '/etc/git-launcher/config.conf', 'entrypoint.sh'],
    [NEW, '/etc/trusted-workload-launcher/launcher.conf', 'tee-launch.sh'],
  ])('%s without an argument reads its default path', async (program, path, entry) => {
    const missing = await run({ program });
    expect(missing.code).toBe(50);
    expect(missing.stderr).toContain(`config file not found: ${path}`);
    const why = whyNoMounts();
    if (why !== undefined) return console.warn(`the default path cannot be filled here: ${why}`);
    const { scratch, pin } = await serve({ [entry]: ENTRY });
    const etc = scratch.join('etc');
    mkdirSync(join(etc, path, '..').replace(`${etc}/etc`, etc), { recursive: true });
    writeFileSync(path.replace('/etc', etc), pin());
    const [unshare, args] = inMounts(`mount --bind '${etc}' /etc`, bin(program));
    const result = await run({ program: unshare, args });
    expect(result.stderr).toContain(`config:   ${path}\n`);
    expect(ran(result)).toBe(true);
  });
});

describe('the config', () => {
  test('white space before a key, one layer of quotes, comments and blank lines', async () => {
    const { repository, url, workDir } = await serve({ 'entrypoint.sh': ENTRY });
    const config = `# pin\n\n  \tREPO_URL="${url}"\n COMMIT_SHA='${repository.commit}'\nWORK_DIR=${workDir}\n  # end\n`;
    expect(ran(await run({ config }))).toBe(true);
  });

  test('an empty INSTALL_CMD means none, and quotes inside a command are the shell’s', async () => {
    const { pin } = await serve({ x: 'x' });
    const result = await run({ config: pin({ INSTALL_CMD: '', RUN_CMD: `printf '%s|' "a b" 'c'` }) });
    expect(result).toMatchObject({ code: 0, stdout: 'a b|c|' });
    expect(result.stderr).not.toContain('install');
  });

  test('ENTRYPOINT_SCRIPT, and no exec bit needed', async () => {
    const { pin, workDir } = await serve({ 's/run me': { mode: '100644', content: ENTRY } });
    const result = await run({ config: pin({ ENTRYPOINT_SCRIPT: 's/run me' }) });
    expect(ran(result)).toBe(true);
    expectInOrder(result.stderr, [
      'mode:     default (s/run me)',
      'entry:    s/run me',
      `exec in ${workDir}: bash s/run me`,
    ]);
  });

  test('the environment is passed on', async () => {
    const { pin } = await serve({ x: 'x' });
    const result = await run({ config: pin({ RUN_CMD: 'echo "$KEPT"' }), env: { KEPT: ' as it "is"\t' } });
    expect(result.stdout).toBe(' as it "is"\t\n');
  });

  test('as git-launcher submodules are left empty, as trusted-workload-launcher they are an error', async () => {
    const files = { 'entrypoint.sh': ENTRY, 'tee-launch.sh': ENTRY, sub: { gitlink: 'a'.repeat(40) } };
    const { pin, workDir } = await serve(files);
    expect(ran(await run({ config: pin() }))).toBe(true);
    expect(readdirSync(`${workDir}/sub`)).toEqual([]);
    const other = await run({ program: NEW, config: pin({ WORK_DIR: `${workDir}2` }) });
    expect(other.code).toBe(10);
    expect(other.stderr).toContain('submodule');
  });

  test('a local path to a repository that is not bare', async () => {
    const scratch = useScratch();
    const files = { 'entrypoint.sh': ENTRY, 'deep/er/file': 'x' };
    const { path, commit } = await makeRepository({ files, path: scratch.join('repo'), bare: false });
    await git(['-C', path, 'gc', '-q']);
    const workDir = scratch.join('work');
    const result = await run({ config: pinText({ REPO_URL: path, COMMIT_SHA: commit, WORK_DIR: workDir }) });
    expect(ran(result)).toBe(true);
    expect(result.stdout).toContain(`${commit}\n`);
    expect(await git(['-C', workDir, 'status', '--porcelain'])).toBe('');
    expect(readFileSync(`${workDir}/deep/er/file`, 'utf8')).toBe('x');
  });
});

/** What the predecessor leaves in a work directory: a full clone, the commit detached. */
const clonedByPredecessor = async ({ url, repository, workDir }: Served): Promise<void> => {
  await git(['clone', '-q', url, workDir]);
  await git(['-C', workDir, '-c', 'advice.detachedHead=false', 'checkout', '-q', '--detach', repository.commit]);
};

describe('the work directory', () => {
  test('a checkout of the predecessor is taken over and not trusted', async () => {
    const served = await serve({ 'entrypoint.sh': ENTRY, data: 'good' }, { commits: 5 });
    const { scratch, workDir, repository, pin } = served;
    await clonedByPredecessor(served);
    const canary = scratch.join('canary');
    for (const hook of ['post-checkout', 'post-index-change', 'reference-transaction']) {
      writeFileSync(`${workDir}/.git/hooks/${hook}`, `#!/bin/sh\ntouch ${canary}\n`, { mode: 0o755 });
    }
    await git(['-C', workDir, 'config', 'core.fsmonitor', `touch ${canary}; false`]);
    writeFileSync(`${workDir}/data`, 'evil');
    writeFileSync(`${workDir}/untracked`, 'evil');
    const result = await run({ config: pin() });
    expect(ran(result)).toBe(true);
    expectInOrder(result.stderr, [`reusing checkout at ${workDir}\n`, `HEAD verified: ${repository.commit}\n`]);
    expect(readdirSync(workDir).sort()).toEqual(['.git', 'data', 'entrypoint.sh']);
    expect(readFileSync(`${workDir}/data`, 'utf8')).toBe('good');
    expect(await git(['-C', workDir, 'status', '--porcelain'])).toBe('');
    await git(['-C', workDir, 'fsck']);
    expect(existsSync(canary)).toBe(false);
  });

  test('a predecessor’s checkout of another commit is moved to the pin', async () => {
    const served = await serve({ 'entrypoint.sh': 'echo old' });
    await clonedByPredecessor(served);
    const next = await served.repository.commitAgain({ 'entrypoint.sh': ENTRY });
    const result = await run({ config: served.pin({ COMMIT_SHA: next }) });
    expect(result.stdout).toContain(`${next}\n`);
  });

  test('another origin is refused, saying both, and nothing is touched', async () => {
    const served = await serve({ 'entrypoint.sh': ENTRY });
    await clonedByPredecessor(served);
    const other = `${served.server.url}/other.git`;
    writeFileSync(`${served.workDir}/mine`, 'mine');
    const result = await run({ config: served.pin({ REPO_URL: other }) });
    expect(result).toMatchObject({ code: 50, stdout: '' });
    expect(result.stderr).toContain(
      `error: existing checkout at '${served.workDir}' has origin '${served.url}' but config wants '${other}'`,
    );
    expect(readFileSync(`${served.workDir}/mine`, 'utf8')).toBe('mine');
  });

  test('a folder that is not empty and no checkout is refused, and nothing is touched', async () => {
    const { workDir, pin } = await serve({ 'entrypoint.sh': ENTRY });
    mkdirSync(workDir);
    writeFileSync(`${workDir}/mine`, 'mine');
    const result = await run({ config: pin() });
    expect(result).toMatchObject({ code: 50, stdout: '' });
    expect(result.stderr).toContain(`error: WORK_DIR '${workDir}' is not empty and is not a git checkout`);
    expect(readdirSync(workDir)).toEqual(['mine']);
  });

  test('an empty folder is used, and a missing one made with those above it', async () => {
    const { workDir, pin } = await serve({ 'entrypoint.sh': ENTRY });
    mkdirSync(workDir);
    expect(ran(await run({ config: pin() }))).toBe(true);
    rmSync(workDir, { recursive: true });
    expect(ran(await run({ config: pin({ WORK_DIR: `${workDir}/a/b` }) }))).toBe(true);
  });
});

describe('phrases of errors', () => {
  const sha = 'a'.repeat(40);
  const good = { REPO_URL: 'https://example.com/r.git', COMMIT_SHA: sha, WORK_DIR: '/srv/never' };

  test.each([
    ['no assignment', 'REPO_URL\n', 30, (path: string) => `config parse error at ${path}:1`],
    ['an unknown key', `${pinText(good)}OTHER=1\n`, 30, (path: string) => `unknown config key 'OTHER' at ${path}:4`],
    ['a missing key', pinText({ ...good, WORK_DIR: undefined }), 30, () => 'missing required config key: WORK_DIR'],
    [
      'a short hash',
      pinText({ ...good, COMMIT_SHA: 'abc123' }),
      30,
      () => 'COMMIT_SHA must be a full 40-hex SHA-1 or 64-hex SHA-256 hash',
    ],
    ['a way up', pinText({ ...good, REPO_SUBDIR: 'a/../b' }), 30, () => "REPO_SUBDIR must not contain '..'"],
    ['an install alone', pinText({ ...good, INSTALL_CMD: 'x' }), 30, () => 'INSTALL_CMD requires RUN_CMD'],
    ['an empty command', pinText({ ...good, RUN_CMD: '' }), 30, () => 'RUN_CMD must not be empty'],
  ])('%s', async (_, config, code, phrase) => {
    const result = await run({ config });
    expect(result.code).toBe(code);
    expect(result.stderr).toContain(`[git-launcher] error: ${phrase(result.configPath ?? '')}`);
    expect(existsSync('/srv/never')).toBe(false);
  });

  test('a missing file', async () => {
    const result = await run({ args: ['/no/such/file.conf'] });
    expect(result.code).toBe(50);
    expect(result.stderr).toContain('[git-launcher] error: config file not found: /no/such/file.conf\n');
  });

  test('what the commit does not hold', async () => {
    const { workDir, pin } = await serve({ 'app/x': 'x', link: { symlink: 'app' } });
    const entry = await run({ config: pin({ REPO_SUBDIR: 'app' }) });
    expect(entry).toMatchObject({ code: 10, stdout: '' });
    expect(entry.stderr).toContain(`error: entry script 'entrypoint.sh' not found in ${workDir}/app`);
    for (const subdir of ['nothing', 'link']) {
      const folder = await run({ config: pin({ REPO_SUBDIR: subdir }) });
      expect(folder).toMatchObject({ code: 10, stdout: '' });
      expect(folder.stderr).toContain(`error: REPO_SUBDIR '${subdir}' does not exist under ${workDir}`);
    }
  });

  test('a failing install stops the launch, and the workload’s status is passed on', async () => {
    const { pin } = await serve({ x: 'x' });
    const install = await run({ config: pin({ INSTALL_CMD: 'exit 9', RUN_CMD: 'echo no' }) });
    expect(install).toMatchObject({ code: 50, stdout: '' });
    expect(await run({ config: pin({ RUN_CMD: 'exit 9' }) })).toMatchObject({ code: 9 });
  });
});

test('a config that cannot be read', async () => {
  const scratch = useScratch();
  mkdirSync(scratch.join('folder'));
  chmodSync(scratch.join('folder'), 0o700);
  expect(await run({ args: [scratch.join('folder')] })).toMatchObject({ code: 50 });
});
