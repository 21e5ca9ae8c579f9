// `twl verify --rebuild` as a process of its own, with a clone whose build does what a real one might.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type Build, claimsOf } from '../../mocks-sigstore/claims.ts';
import { Sigstore } from '../../mocks-sigstore/sigstore.ts';
import { runLauncher, type RunOptions } from '../../support/run-launcher.ts';
import { useScratch } from '../../support/use-scratch.ts';
import { resultOf, saveFor, type Saved } from '../steps/support/program.ts';
import { DIGEST, FORGE, IMAGE, LAUNCHER, sigstore } from '../steps/support/story.ts';
import { type Behaviour, type Clone, makeClone, OTHER } from './clone.ts';

const REPOSITORY = 'https://forge.example/acme/launcher';
const COMMIT = claimsOf()[13] ?? '';
const { digest } = LAUNCHER;
const strangersRoot = new Sigstore({ name: 'stranger', uri: 'https://fulcio.sigstore.dev' }).root();
const pin = ['REPO_URL=https://git.example/a.git', `COMMIT_SHA=${'c0'.repeat(20)}`, 'WORK_DIR=/srv/app/a'].join('\n');

/** A deployment on the disk, with a bundle that says who built its image. */
const deployed = (build: Build = {}): { saved: Saved; args: string[] } => {
  const saved = saveFor({ image: IMAGE, digest, pin, repository: REPOSITORY });
  const bundle = sigstore.bundle({ digest: DIGEST, claims: claimsOf({ ...FORGE, ...build }) });
  const more = [
    ...['--bundle', saved.write('bundle.json', bundle)],
    ...['--trusted-root', saved.write('root.json', sigstore.root())],
  ];
  return { saved, args: [...saved.args, ...more] };
};

const rebuild = async (
  clone: Clone,
  { build = {}, args = [], env = {}, ...run }: { build?: Build; args?: readonly string[] } & RunOptions = {},
) => {
  const scratch = useScratch();
  const found = await runLauncher({
    program: 'twl',
    args: [
      ...['verify', ...deployed(build).args, '--only', 'provenance', '--json'],
      ...['--rebuild', clone.path, '--rebuild-stage', 'launcher', ...args],
    ],
    env: { TMPDIR: scratch.path, ...env },
    ...run,
  });
  // Whatever became of the build, nothing of it lies about.
  expect(readdirSync(scratch.path).filter((name) => name.startsWith('twl-rebuild-'))).toEqual([]);
  return { ...found, check: resultOf(found, 'provenance.rebuild') };
};

describe('a build of the same commit', () => {
  test.each<[Behaviour, string]>([
    ['same', 'it has the same digest'],
    ['platform', 'its image for linux/amd64 has the same digest'],
  ])('%s: passed', async (behaviour, says) => {
    const clone = makeClone(behaviour);
    const { code, check, stderr, stdout } = await rebuild(clone);
    expect([code, JSON.parse(stdout).verdict]).toEqual([0, 'PASSED']);
    expect(check).toMatchObject({
      state: 'passed',
      required: true,
      summary: `built again on this machine, ${says}`,
      expected: digest,
      source: 'the measured app-compose',
    });
    expect(clone.runs()).toEqual([
      { commit: COMMIT, image: digest, options: ['--stage', 'launcher'], cwd: clone.path, tmp: expect.any(String) },
    ]);
    expect(existsSync(clone.runs()[0]!.tmp)).toBe(false);
    expect(stderr).toContain('twl: note: image:verify: building\n');
  });
});

test.each<Behaviour>(['another', 'another, and ends with 0'])('%s: rejected', async (behaviour) => {
  const { code, check } = await rebuild(makeClone(behaviour));
  expect([code, check]).toEqual([
    10,
    expect.objectContaining({
      state: 'failed',
      exit: 10,
      summary: 'built again on this machine, the commit that the provenance names is another image',
      expected: digest,
      found: OTHER,
    }),
  ]);
});

test.each<[Behaviour, string, string[]]>([
  ['the same, and ends with 10', 'image:verify printed the digest and ended with 10', []],
  ['another commit', 'the build is of another commit than the provenance names', []],
  ['cannot build', 'DIR ended with 1', ['building', 'docker: there is no \\x1b[31mengine', 'image:verify: error: no']],
  ['ends with 11', 'DIR ended with 11', ['building']],
  [
    'nonsense',
    "what image:verify printed is no result: it is not the JSON it should be at 1:1: 'h' where a value is expected",
    [],
  ],
  [
    'nothing',
    'what image:verify printed is no result: it is not the JSON it should be at 1:1: the text ends where a value is expected',
    [],
  ],
  ['two results', 'what image:verify printed is no result: it holds more than one JSON value', []],
  ['results without end', 'DIR was ended: it wrote more than 65536 bytes of results', []],
  ['progress without end', 'DIR was ended: it wrote more than 1048576 bytes of progress', []],
])('%s: not checked, and so not enough', async (behaviour, says, details) => {
  const clone = makeClone(behaviour);
  const { code, check, stdout } = await rebuild(clone, { args: ['--quiet'] });
  expect([code, JSON.parse(stdout).verdict]).toEqual([13, 'CONSISTENT']);
  expect(check).toMatchObject({
    state: 'not-checked',
    exit: 13,
    required: true,
    summary: says.replace('DIR', `npm run image:verify in ${clone.path}`),
    details,
  });
});

test('without a folder for temporary files nothing is built, and the report is there all the same', async () => {
  const clone = makeClone('same');
  const { code, check } = await rebuild(clone, { env: { TMPDIR: '/no/such/folder' } });
  expect(code).toBe(13);
  expect(check).toMatchObject({
    state: 'not-checked',
    summary: expect.stringMatching(/^there is no folder for temporary files: ENOENT/),
    hint: 'TMPDIR names the folder in which one is made',
  });
  expect(clone.runs()).toEqual([]);
});

describe('a build that is ended', () => {
  const env = { TWL_REBUILD_SECONDS: '2' };

  test.each<Behaviour>(['never ends', 'never ends, and does not listen'])('%s: after its time', async (behaviour) => {
    const clone = makeClone(behaviour);
    const { code, check } = await rebuild(clone, { env });
    expect([code, check]).toEqual([
      13,
      expect.objectContaining({
        state: 'not-checked',
        summary: `npm run image:verify in ${clone.path} was ended: it was not over after 2 s`,
        hint: 'TWL_REBUILD_SECONDS sets another limit',
      }),
    ]);
    expect(clone.alive()).toEqual([]);
  });

  test.each<Behaviour>(['leaves something behind', 'leaves something behind, without its pipes'])(
    '%s: that goes with it, and its result counts',
    async (behaviour) => {
      const clone = makeClone(behaviour);
      expect((await rebuild(clone)).code).toBe(0);
      await sleep(100);
      expect(clone.alive()).toEqual([]);
    },
  );

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('with this program, by %s', async (signal) => {
    const clone = makeClone('never ends');
    const scratch = useScratch();
    const found = await runLauncher({
      program: 'twl',
      args: [
        'verify',
        ...deployed().args,
        '--rebuild',
        clone.path,
        '--rebuild-stage',
        'launcher',
        '--only',
        'provenance',
      ],
      env: { TMPDIR: scratch.path },
      signalAtText: 'image:verify: building',
      signal,
    });
    expect([found.code, found.signal, found.stdout]).toEqual([null, signal, '']);
    await sleep(100);
    expect(clone.alive()).toEqual([]);
    expect(readdirSync(scratch.path)).toEqual([]);
  });
});

describe('nothing is run', () => {
  test.each<[string, Build, string[]]>([
    ['of another repository', { repository: 'mallory/launcher' }, []],
    ['of another commit than was expected', { commit: 'c0'.repeat(20) }, []],
    ['by another workflow', { workflow: '.github/workflows/other.yml' }, []],
    ['of a pull request', { ref: 'refs/pull/7/merge', trigger: 'pull_request' }, []],
    ['on a machine that somebody brought', { runner: 'self-hosted' }, []],
    ['under a root that nobody believes', {}, ['--trusted-root', 'STRANGER']],
  ])('%s', async (_, build, more) => {
    const clone = makeClone('same');
    const stranger = deployed().saved;
    const args = more.map((one) => (one === 'STRANGER' ? stranger.write('stranger.json', strangersRoot) : one));
    const given = deployed(build).args;
    const found = await runLauncher({
      program: 'twl',
      args: [
        ...['verify', ...(args.length === 0 ? given : [...given.slice(0, -2), ...args])],
        ...['--rebuild', clone.path, '--rebuild-stage', 'launcher', '--only', 'provenance', '--json'],
      ],
    });
    expect(found.code).toBe(10);
    expect(resultOf(found, 'provenance.rebuild')).toMatchObject({
      state: 'not-checked',
      required: true,
    });
    expect(clone.runs()).toEqual([]);
  });

  /** The accepted bundle alone decides nothing. */
  const refused = async (args: readonly string[]) => {
    const clone = makeClone('same');
    const more = ['--rebuild', clone.path, '--rebuild-stage', 'launcher', '--only', 'provenance', '--json'];
    const found = await runLauncher({ program: 'twl', args: ['verify', ...args, ...more] });
    expect(clone.runs()).toEqual([]);
    const { state, blocked_by: by } = resultOf(found, 'provenance.rebuild') ?? {};
    return [found.code, state, by];
  };

  test('where nobody said whose repository is expected', async () => {
    const { saved, args } = deployed();
    const policy = readFileSync(args[args.indexOf('--policy') + 1]!, 'utf8').replace(/^repository = .*\n/m, '');
    const open = args.with(args.indexOf('--policy') + 1, saved.write('open.toml', policy));
    expect(await refused(open)).toEqual([13, 'not-checked', 'provenance.repository']);
  });

  test('where the compose text was not measured', async () => {
    const { args } = deployed();
    const at = args.indexOf('--mock-root');
    const unsigned = args.filter((_, index) => index !== at && index !== at + 1);
    expect(await refused(unsigned)).toEqual([13, 'not-checked', expect.any(String)]);
  });

  test('with a limit that is none: that is said before the target is looked at', async () => {
    const clone = makeClone('same');
    const { code, stdout, stderr } = await runLauncher({
      program: 'twl',
      args: ['verify', '/none.json', '--rebuild', clone.path],
      env: { TWL_REBUILD_SECONDS: '1h' },
    });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^twl: error: TWL_REBUILD_SECONDS is '1h', not a whole number of seconds/);
  });

  test('where it is not asked for', async () => {
    const found = await runLauncher({
      program: 'twl',
      args: ['verify', ...deployed().args, '--only', 'provenance', '--json'],
    });
    expect([found.code, resultOf(found, 'provenance.rebuild')]).toEqual([
      0,
      expect.objectContaining({
        state: 'not-checked',
        required: false,
        summary: 'it was not built again: that the commit builds to it is the word of whoever signed',
      }),
    ]);
  });

  test('where no image says which one it is', async () => {
    const clone = makeClone('same');
    const found = await runLauncher({
      program: 'twl',
      args: ['verify', ...deployed().args, '--rebuild', clone.path, '--only', 'provenance', '--json'],
    });
    expect([found.code, resultOf(found, 'provenance.rebuild')]).toEqual([
      13,
      expect.objectContaining({
        state: 'not-checked',
        summary: expect.stringContaining("which image of the launcher's repository it is, is not known: "),
        hint: 'say which with --rebuild-stage: launcher, mpc or mpc-drop-in',
      }),
    ]);
    expect(clone.runs()).toEqual([]);
  });
});

test('a clone without the commit is told of by what it prints', async () => {
  const clone = makeClone('wants the commit');
  clone.commit();
  const { code, check } = await rebuild(clone);
  expect([code, check]).toEqual([13, expect.objectContaining({ state: 'not-checked' })]);
  expect(check!.details).toContainEqual(expect.stringContaining(`Not a valid object name ${COMMIT}`));
});

test('standard output is the report alone, and progress is escaped', async () => {
  const good = await rebuild(makeClone('same'));
  expect(good.stdout).not.toContain('building');
  const { stdout, stderr } = await rebuild(makeClone('cannot build'));
  expect(Object.keys(JSON.parse(stdout))).toContain('checks');
  expect(stderr).toContain('twl: note: image:verify: docker: there is no \\x1b[31mengine\n');
  expect(`${stdout}${stderr}`).not.toContain('\u001b');
});

test('a saved file holds no build: it is made again where it is asked for', async () => {
  const clone = makeClone('same');
  const scratch = useScratch();
  const path = scratch.join('saved.json');
  const args = ['--rebuild', clone.path, '--rebuild-stage', 'launcher', '--only', 'provenance'];
  const saving = await runLauncher({ program: 'twl', args: ['verify', ...deployed().args, ...args, '--save', path] });
  expect(saving.code).toBe(0);
  expect(saving.stderr).toContain(
    'twl: note: the build of --rebuild is not in it: name the clone again to make it again\n',
  );
  const command = /to check it again: twl (.*)/.exec(saving.stderr)?.[1] ?? '';
  expect(command).not.toContain('--rebuild');
  const again = [...command.split(' '), '--json'];
  const without = await runLauncher({ program: 'twl', args: again });
  expect([without.code, resultOf(without, 'provenance.rebuild')?.state]).toEqual([0, 'not-checked']);
  expect(clone.runs()).toHaveLength(1);
  const found = await runLauncher({ program: 'twl', args: [...again, ...args.slice(0, 4)] });
  expect([found.code, resultOf(found, 'provenance.rebuild')?.state]).toEqual([0, 'passed']);
  expect(clone.runs()).toHaveLength(2);
});
