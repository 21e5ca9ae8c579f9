import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { readCommandLine } from '../../src/cli/command-line.ts';
import { composeConfig, composeVersion } from '../compose/compose-command.ts';
import { IMAGE, LAUNCHER, review } from '../compose/support.ts';
import { startGuestAgent } from '../mocks/guest-agent/start.ts';
import { type GitServer, startGitServer } from '../support/git-server.ts';
import { makeRepository, type Repository } from '../support/repositories.ts';
import { runLauncher } from '../support/run-launcher.ts';
import { makeScratch } from '../support/scratch.ts';
import { makeCertificates } from '../support/tls.ts';
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
    network: {},
    submodules: undefined,
    receipt: 'required',
    form: 'compose',
    attest: false,
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
    [[REPO, 'main', '--attest'], { attest: true }],
    [
      [REPO, 'main', '--submodules', 'yes', '--receipt', 'auto', '--form', 'derived-image'],
      { submodules: 'yes', receipt: 'auto', form: 'derived-image' },
    ],
    [
      [REPO, 'main', '--credential-file', 'a', '--ca-file', 'b:c', '--proxy', 'http://p.example:1'],
      {
        network: {
          credential: { here: 'a', inContainer: '/run/secrets/repo-credential' },
          ca: { here: 'b:c', inContainer: '/run/secrets/repo-ca.pem' },
          proxy: 'http://p.example:1',
        },
      },
    ],
    [
      ['git@git.example:a', 'main', '--ssh-key-file', '/k:/x/y', '--ssh-known-hosts-file', 'h'],
      {
        url: { kind: 'ssh' },
        network: {
          sshKey: { here: '/k', inContainer: '/x/y' },
          sshKnownHosts: { here: 'h', inContainer: '/run/secrets/ssh-known-hosts' },
        },
      },
    ],
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
    [[REPO, 'main', '--credential-file', ':/a'], '--credential-file names no file of this machine'],
    [[REPO, 'main', '--ca-file', 'a:/b/'], '--ca-file must not contain empty names'],
    [[REPO, 'main', '--proxy', 'p.example'], '--proxy must '],
    [[REPO, 'main', '--submodules', 'maybe'], "option '--submodules <how>' argument 'maybe' is invalid"],
    [[REPO, 'main', '--receipt', 'maybe'], "option '--receipt <how>' argument 'maybe' is invalid"],
    [[REPO, 'main', '--attest', '--receipt', 'off'], '--attest with --receipt off'],
    [[REPO, 'main', '--form', 'maybe'], "option '--form <form>' argument 'maybe' is invalid"],
    [[REPO, 'main', '--proxy', 'x', '--json'], '--proxy must '],
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
    expect(stdout).toContain(`\nwritten\n  ${out}/launcher.conf\n  ${out}/docker-compose.yml\n\n`);
    expect(stdout).toContain('\ntwl lint ');
    expect(stdout).not.toContain('placeholder');
    expect(stdout).toContain('\nRECEIPT=required: without a guest agent of dstack');
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

    // A boot for each: two texts of one pin are two claims.
    const boot = async () => {
      const agent = await startGuestAgent();
      onTestFinished(() => agent.close());
      return { TWL_AGENT_SOCKET: agent.socketPath, TWL_RUN_DIR: place.join('receipts') };
    };
    expect(await runLauncher({ args: [`${out}/launcher.conf`] })).toMatchObject({ code: 50, stdout: '' });
    const byFile = await runLauncher({ args: [`${out}/launcher.conf`], env: await boot() });
    expect(byFile).toMatchObject({ code: 0, stdout: 'launched the pinned text\n' });
    const inline = review(compose).pinText?.text ?? '';
    const byVariable = await runLauncher({ env: { ...(await boot()), LAUNCHER_CONFIG: inline } });
    expect(byVariable).toMatchObject({ code: 0, stdout: 'launched the pinned text\n' });
    expect(existsSync('/tmp/twl-pin-was-executed')).toBe(false);

    if ((await composeVersion()) === undefined) return;
    const made = await composeConfig(place.path, compose);
    expect(made).toMatchObject({ services: { workload: { image: IMAGE, environment: { LAUNCHER_CONFIG: inline } } } });
  });

  test('as JSON', async () => {
    const out = useScratch().path;
    const { exit, stdout } = await pin(url, 'v1', '--out', out, '--receipt', 'off', '--json');
    expect(exit).toBe(0);
    const document = JSON.parse(stdout);
    expect(document).toEqual({
      schema: 'trusted-workload-launcher/pin/v1',
      ref: 'refs/tags/v1',
      tag,
      commit: repository.commit,
      tree: await repository.tree(),
      tree_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      files: 4,
      pin: expect.stringContaining(`COMMIT_SHA=${repository.commit}\n`),
      form: 'compose',
      is_image_placeholder: true,
      written: [`${out}/launcher.conf`, `${out}/docker-compose.yml`],
      notes: ['the image is a placeholder: fill in the launcher by its digest, or use --image'],
    });
    expect(read(out).config).toContain('\nRECEIPT=off\n');
    const other = useScratch().path;
    const hashed = await pin(repository.path, repository.commit, '--out', other, '--json', '--image', IMAGE);
    expect(JSON.parse(hashed.stdout)).toMatchObject({ ref: null, tag: null, is_image_placeholder: false });
  });

  test('for a derived image', async () => {
    const out = useScratch().path;
    const { exit, stdout } = await pin(url, 'v1', '--out', out, '--form', 'derived-image', '--image', IMAGE);
    expect(exit).toBe(0);
    expect(stdout).toContain('\nbuild the Dockerfile, push it, and write the digest that this prints into the\n');
    expect(stdout).not.toContain('twl lint');
    expect(readdirSync(out).toSorted()).toEqual(['Dockerfile', 'docker-compose.yml', 'launcher.conf']);
    expect(readFileSync(`${out}/Dockerfile`, 'utf8')).toContain(`\nFROM ${IMAGE}\n`);
    expect(await call(['lint', `${out}/launcher.conf`])).toMatchObject({ exit: 0 });
    expect(await pin(url, 'v1', '--out', out, '--form', 'derived-image')).toMatchObject({ exit: 50, stdout: '' });
  });

  test('of a repository that wants a credential', async () => {
    const place = useScratch();
    writeFileSync(place.join('token'), 'sesame\n');
    server.behave(({ headers }) =>
      headers.authorization === `Basic ${Buffer.from('x-access-token:sesame').toString('base64')}`
        ? undefined
        : { reply: { status: 401, headers: { 'WWW-Authenticate': 'Basic' } } },
    );
    onTestFinished(() => server.behave(undefined));
    const args = [url, 'v1', '--out', place.join('out')];
    expect(await pin(...args)).toMatchObject({ exit: 40 });
    const { exit, stdout, stderr } = await pin(...args, '--credential-file', place.join('token'));
    expect([exit, stderr]).toEqual([0, expect.not.stringContaining('sesame')]);
    expect(stdout).toContain('\nmount into the container, read-only: /run/secrets/repo-credential\n');
    const { config, compose } = read(place.join('out'));
    expect(config).toContain('\nREPO_CREDENTIAL_FILE=/run/secrets/repo-credential\n');
    expect(stdout + config + compose).not.toContain('sesame');
    expect(await call(['lint', place.join('out/docker-compose.yml'), '--json'])).toMatchObject({ exit: 10 });
    const here = `${place.join('token')}:${place.join('token')}`;
    const work = ['--work-dir', place.join('work/checkout'), '--receipt', 'off', '--force'];
    expect(await pin(...args, ...work, '--credential-file', here)).toMatchObject({ exit: 0 });
    const ran = await runLauncher({ args: [place.join('out/launcher.conf')] });
    expect(ran).toMatchObject({ code: 0, stdout: 'launched the pinned text\n' });
    const none = await pin(...args, '--force', '--credential-file', place.join('none'));
    expect(none).toMatchObject({ exit: 50, stderr: expect.stringContaining('--credential-file') });
  });

  test('of a server whose certificate is of an authority of its own', async () => {
    const place = useScratch();
    const tls = makeCertificates(place.path);
    if (tls === undefined) return;
    const secure = await startGitServer({ root: root.path, tls });
    onTestFinished(() => secure.close());
    const args = [`${secure.url}/a.git`, 'v1', '--out', place.join('out')];
    expect(await pin(...args)).toMatchObject({ exit: 40 });
    expect(await pin(...args, '--ca-file', tls.caFile)).toMatchObject({ exit: 0 });
    expect(read(place.join('out')).config).toContain('\nREPO_CA_FILE=/run/secrets/repo-ca.pem\n');
  });

  test('with submodules as it was said', async () => {
    const inner = await makeRepository({ files: { 'a.txt': 'a' }, path: root.join('inner.git') });
    const outer = await makeRepository({
      files: {
        'tee-launch.sh': 'true\n',
        '.gitmodules': `[submodule "i"]\n\tpath = i\n\turl = ../inner.git\n`,
        i: { gitlink: inner.commit },
      },
      path: root.join('outer.git'),
    });
    const from = `${server.url}/outer.git`;
    const trees: unknown[] = [];
    for (const how of ['ignore', 'yes']) {
      const out = useScratch().path;
      const { exit, stdout, stderr } = await pin(from, outer.commit, '--out', out, '--submodules', how, '--json');
      expect([exit, stderr]).toEqual([0, expect.any(String)]);
      expect(read(out).config).toContain(`\nSUBMODULES=${how}\n`);
      trees.push(JSON.parse(stdout).tree_sha256);
      const note = 'there is no TREE_SHA256: a submodule that is left out';
      expect(JSON.stringify(JSON.parse(stdout).notes).includes(note)).toBe(how === 'ignore');
      expect(read(out).config.includes('TREE_SHA256')).toBe(how === 'yes');
    }
    expect(trees).toEqual([null, expect.stringMatching(/^[0-9a-f]{64}$/)]);
    expect(await pin(from, outer.commit, '--out', useScratch().path)).toMatchObject({ exit: 10, stdout: '' });
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
      'a key for ssh where the address is of https',
      ['main', '--ssh-key-file', 'x'],
      2,
      /^twl: error: no pin can hold this: /m,
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
