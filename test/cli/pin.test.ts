import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { readCommandLine } from '../../src/cli/command-line.ts';
import { composeConfig, composeVersion } from '../compose/compose-command.ts';
import { IMAGE, LAUNCHER, review } from '../compose/support.ts';
import { type GitServer, startGitServer } from '../support/git-server.ts';
import { makeRepository, type Repository } from '../support/repositories.ts';
import { runLauncher } from '../support/run-launcher.ts';
import { makeScratch } from '../support/scratch.ts';
import { useScratch } from '../support/use-scratch.ts';
import { call } from './support/called.ts';

const COMMIT = 'c0'.repeat(20);
const REPO = 'https://git.example/owner/project';

describe('the command line', () => {
  const DEFAULTS = {
    url: { kind: 'http', text: REPO },
    ref: { kind: 'name', name: 'main' },
    out: '.',
    workDir: '/srv/workload/checkout',
    image: undefined,
    entry: undefined,
    force: false,
  };

  test.each([
    [[REPO, 'main'], {}],
    [[REPO, COMMIT], { ref: { kind: 'commit', id: COMMIT, format: 'sha1' } }],
    [
      [REPO, 'main', '--out', 'o', '--work-dir', '/srv/a/', '--image', IMAGE, '--entry', './a/b.sh', '--force'],
      { out: 'o', workDir: '/srv/a', image: IMAGE, entry: 'a/b.sh', force: true },
    ],
    [['/a/b', 'main'], { url: { kind: 'local', path: '/a/b' } }],
  ])('%j', (args, options) => {
    expect(readCommandLine(['pin', ...args], '1')).toMatchObject({
      action: 'pin',
      options: { ...DEFAULTS, ...options },
    });
  });

  test.each([
    [[REPO], "missing required argument 'ref'"],
    [[REPO, 'a', 'b'], "too many arguments for 'pin'"],
    [['', 'main'], 'URL must '],
    [['git.example/a', 'main'], 'URL must be a URL or an absolute path'],
    [['ssh://-oProxyCommand=x/a', 'main'], 'URL must name a plain host'],
    [['https://user:sesame@git.example/a', 'main'], 'URL must not contain credentials'],
    [[REPO, ''], "REF '' must not be empty"],
    [[REPO, 'v1^{}'], "REF 'v1^{}' is no name of a branch or tag"],
    [[REPO, 'HEAD'], "REF 'HEAD' must not be HEAD"],
    [[REPO, '\u001b'.repeat(300)], `REF '${'\\x1b'.repeat(200)}' is no name`],
    [[REPO, 'main', '--work-dir', 'a'], '--work-dir must be an absolute path'],
    [[REPO, 'main', '--work-dir', '/etc'], '--work-dir must not be a folder of the system'],
    [[REPO, 'main', '--entry', '/a'], '--entry must be relative'],
    [[REPO, 'main', '--image', 'a/b:1'], "--image 'a/b:1' has no digest"],
    [[REPO, 'main', '--image', 'A B'], "--image 'A B' is no image reference"],
    [[REPO, 'main', '--image', `a@${LAUNCHER.toUpperCase()}`], "--image 'a@SHA256:"],
    [[REPO, 'main', '--out', 'a', '--out', 'b'], '--out is given twice'],
    [[REPO, 'main', '--force', '--force'], '--force is given twice'],
    [[REPO, 'main', '--out='], '--out must not be empty'],
    [[REPO, 'main', '--json'], "unknown option '--json'"],
  ])('not %j', async (args, message) => {
    const text = await call([
      'pin',
      ...args.filter((arg) => arg !== '--json'),
      ...args.filter((arg) => arg === '--json'),
    ]);
    expect(text.exit).toBe(2);
    const said = args.includes('--json')
      ? JSON.parse(text.stdout).error.message
      : text.stderr.replace('twl: error: ', '');
    expect(said.startsWith(message)).toBe(true);
    expect(text.stdout + text.stderr).not.toContain('sesame');
    if (!args.includes('--json')) expect(text.stderr).toMatch(/\ntwl: hint: .+\n$/);
  });
});

const root = makeScratch();
let repository: Repository;
let server: GitServer;
let url: string;
let tag: string;

beforeAll(async () => {
  const files = {
    'tee-launch.sh': 'echo "launched $(cat text.txt)"\n',
    'other/start.sh': 'echo other\n',
    'text.txt': 'the pinned text',
    'run-me': { content: '#!/bin/sh\ntouch /tmp/twl-pin-was-executed\n', mode: '100755' as const },
  };
  repository = await makeRepository({ files, path: root.join('a.git') });
  await repository.git('tag', '-a', '-m', 'one', 'v1');
  tag = await repository.git('rev-parse', 'v1');
  await repository.commitAgain({ 'text.txt': 'a newer text' });
  await repository.git('branch', 'v2');
  await repository.git('tag', 'v2');
  await repository.commitAgain({ 'tee-launch.sh': null }, { branch: 'no-entry' });
  server = await startGitServer({ root: root.path });
  url = `${server.url}/a.git`;
});
afterAll(async () => {
  await server.close();
  root.remove();
});

/** One run of `twl pin`, of whose own folder nothing may be left. */
const pin = async (...args: string[]) => {
  const scratch = makeScratch();
  vi.stubEnv('TMPDIR', scratch.path);
  const called = await call(['pin', ...args]).finally(() => vi.unstubAllEnvs());
  expect(readdirSync(scratch.path)).toEqual([]);
  scratch.remove();
  return called;
};

const read = (folder: string) => ({
  config: readFileSync(`${folder}/launcher.conf`, 'utf8'),
  compose: readFileSync(`${folder}/docker-compose.yml`, 'utf8'),
});

describe('a tag of a real repository', () => {
  test('is pinned by files that lint calls clean and the launcher runs', async () => {
    const place = useScratch();
    const out = place.join('out');
    const args = [url, 'v1', '--out', out, '--work-dir', place.join('work/checkout'), '--image', IMAGE];
    const { exit, stdout, stderr } = await pin(...args);
    expect([exit, stderr]).toEqual([
      0,
      `twl: asking ${url} for its branches and tags\ntwl: bringing commit ${repository.commit}\n`,
    ]);
    expect(stdout).toContain(
      `\n  ref       refs/tags/v1\n  tag       ${tag}\n            an annotated tag; what is pinned`,
    );
    expect(stdout).toContain(`\n  commit    ${repository.commit}\n  tree      ${await repository.tree()}, 4 files\n`);
    expect(stdout).toContain(`\nwritten\n  ${out}/launcher.conf\n  ${out}/docker-compose.yml\n\ntwl lint `);
    expect(stdout).not.toContain('placeholder');
    const { config, compose } = read(out);
    expect(config).toMatch(
      /^# The commit that refs\/tags\/v1 held on \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ,\n# through the annotated tag /,
    );
    expect(config).toContain(`\nCOMMIT_SHA=${repository.commit}\nTREE_SHA256=`);

    for (const name of ['launcher.conf', 'docker-compose.yml']) {
      const linted = await call(['lint', `${out}/${name}`, '--json']);
      expect(linted.exit).toBe(0);
      expect(JSON.parse(linted.stdout)).toMatchObject({ verdict: 'CLEAN', findings: [] });
    }

    const byFile = await runLauncher({ args: [`${out}/launcher.conf`] });
    expect(byFile).toMatchObject({ code: 0, stdout: 'launched the pinned text\n' });
    const inline = review(compose).pinText?.text ?? '';
    const byVariable = await runLauncher({ env: { LAUNCHER_CONFIG: inline } });
    expect(byVariable).toMatchObject({ code: 0, stdout: 'launched the pinned text\n' });
    expect(existsSync('/tmp/twl-pin-was-executed')).toBe(false);

    if ((await composeVersion()) === undefined) return;
    const made = await composeConfig(place.path, compose);
    expect(made).toMatchObject({ services: { workload: { image: IMAGE, environment: { LAUNCHER_CONFIG: inline } } } });
  });

  test('without an image has a placeholder that lint reports', async () => {
    const out = useScratch().path;
    const { exit, stdout } = await pin(url, 'main', '--out', out, '--entry', 'other/start.sh');
    expect(exit).toBe(0);
    expect(stdout).toContain('\nthe image is a placeholder: fill in the launcher by its digest, or use --image\n');
    expect(stdout).toContain('\n  ref       refs/heads/main\n  commit ');
    expect(read(out).config).toContain('\nENTRYPOINT_SCRIPT=other/start.sh\n');
    const linted = await call(['lint', `${out}/docker-compose.yml`, '--json']);
    expect(linted.exit).toBe(10);
    expect(JSON.parse(linted.stdout).findings).toMatchObject([
      { id: 'compose.launcher', text: expect.stringContaining('placeholder') },
    ]);
  });

  test('the same over a path, and a hash', async () => {
    const out = useScratch().path;
    const { exit, stdout, stderr } = await pin(repository.path, repository.commit, '--out', out);
    expect([exit, stderr]).toEqual([0, `twl: bringing commit ${repository.commit}\n`]);
    expect(stdout).toContain('\n  ref       none: the commit was named by its hash\n            whether a branch');
    expect(read(out).config).toMatch(/^# The commit was named by its hash, /);
  });

  test('of SHA-256', async () => {
    await makeRepository({ files: { 'tee-launch.sh': '' }, path: root.join('b.git'), format: 'sha256' });
    const out = useScratch().path;
    expect(await pin(`${server.url}/b.git`, 'main', '--out', out)).toMatchObject({ exit: 0 });
    expect(read(out).config).toMatch(/\nCOMMIT_SHA=[0-9a-f]{64}\nTREE_SHA256=[0-9a-f]{64}\n/);
  });
});

describe('what is there is not written over', () => {
  test.each(['launcher.conf', 'docker-compose.yml'])('%s', async (name) => {
    const out = useScratch().path;
    writeFileSync(`${out}/${name}`, 'mine');
    const asked = server.requests.length;
    expect(await pin(url, 'main', '--out', out)).toEqual({
      exit: 50,
      stdout: '',
      stderr: `twl: error: ${out}/${name} is there already\ntwl: hint: name another folder with --out, or write over it with --force\n`,
    });
    expect(server.requests).toHaveLength(asked);
    expect(readdirSync(out)).toEqual([name]);
    expect(await pin(url, 'main', '--out', out, '--force')).toMatchObject({ exit: 0 });
    expect(readFileSync(`${out}/${name}`, 'utf8')).not.toBe('mine');
    expect(readdirSync(out)).toHaveLength(2);
  });
});

describe('what goes wrong writes nothing', () => {
  test.each<[string, string[], number, RegExp]>([
    [
      'a name that is both',
      ['v2'],
      2,
      /^twl: error: 'v2' stands for more than one: refs\/heads\/v2 \(.*\), refs\/tags\/v2 \(/m,
    ],
    ['a name that is not there', ['v9'], 40, /^twl: error: the repository has no branch or tag 'v9'\ntwl: hint: /m],
    ['a commit that is not there', [COMMIT], 40, /^twl: error: .*\ntwl: hint: /m],
    [
      'a commit without the entry',
      ['no-entry'],
      10,
      /^twl: error: entry script 'tee-launch\.sh' not found in .*\ntwl: hint: /m,
    ],
    [
      'an entry that is a folder',
      ['main', '--entry', 'other'],
      10,
      /^twl: error: entry script 'other' not found in .*: it is a folder\n/m,
    ],
    [
      'a folder of the image',
      ['main', '--work-dir', '/opt/a'],
      2,
      /would not be clean: compose\.override: a mount at \/opt\/a can/,
    ],
    [
      'an entry that no config can hold',
      ['main', '--entry', '"a\'b'],
      2,
      /^twl: error: no config can hold these values/m,
    ],
  ])('%s', async (_, args, exit, message) => {
    const out = useScratch().path;
    const called = await pin(url, ...args, '--out', out);
    expect(called).toMatchObject({ exit, stdout: '', stderr: expect.stringMatching(message) });
    expect(called.stderr).toMatch(/\ntwl: hint: .+\n$/);
    expect(readdirSync(out)).toEqual([]);
  });

  test('a hash that is a tag’s', async () => {
    const out = useScratch().path;
    expect(await pin(repository.path, tag, '--out', out)).toMatchObject({
      exit: 10,
      stderr: expect.stringContaining('is a tag and not a commit'),
    });
  });

  test('no repository, no server, and a limit that is none', async () => {
    const out = useScratch().path;
    expect(await pin(`${server.url}/none.git`, 'main', '--out', out)).toMatchObject({ exit: 40 });
    expect(await pin(root.join('none'), 'main', '--out', out)).toMatchObject({
      exit: 40,
      stderr: expect.stringContaining('there is no git repository at'),
    });
    vi.stubEnv('TWL_LIMIT_PACK_BYTES', 'many');
    const called = await pin(url, 'main', '--out', out);
    expect(called).toEqual({
      exit: 2,
      stdout: '',
      stderr:
        'twl: error: no limit, or no whole number: TWL_LIMIT_PACK_BYTES\ntwl: hint: unset it, or write a positive whole number\n',
    });
    vi.stubEnv('TWL_LIMIT_OBJECT_BYTES', '5');
    expect(await pin(url, 'main', '--out', out)).toMatchObject({ exit: 10 });
  });

  test('names of the repository are escaped', async () => {
    const hostile = await makeRepository({ files: { 'tee-launch.sh': '' }, path: root.join('h.git') });
    await hostile.git('branch', 'x\u202ename');
    const { stderr } = await pin(`${server.url}/h.git`, 'name', '--out', useScratch().path);
    expect(stderr).toContain('twl: hint: it has refs/heads/x\\u{202e}name\n');
    const out = useScratch().path;
    const { stdout } = await pin(`${server.url}/h.git`, 'x\u202ename', '--out', out);
    expect(stdout + read(out).config + read(out).compose).toMatch(/^[\n -~]*$/);
  });

  test('nowhere to write, and nowhere to bring it to', async () => {
    const place = useScratch();
    writeFileSync(place.join('file'), '');
    expect(await pin(url, 'main', '--out', place.join('file'))).toMatchObject({ exit: 50, stdout: '' });
    vi.stubEnv('TMPDIR', place.join('none'));
    const called = await call(['pin', url, 'main', '--out', place.join('out')]).finally(() => vi.unstubAllEnvs());
    expect(called).toMatchObject({ exit: 50, stdout: '' });
    expect(existsSync(place.join('out'))).toBe(false);
  });
});
