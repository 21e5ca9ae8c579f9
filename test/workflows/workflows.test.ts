// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of workflows
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { identityOf } from '../../scripts/release/identity.ts';
import { RELEASE_WORKFLOW } from '../../src/audit/policy/release-identity.ts';
import { useScratch } from '../support/use-scratch.ts';
import { KNOWN_ACTIONS } from './actions.ts';
import { faultsOf, type Workflow } from './rules.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(root, '.github/workflows');

const read = (name: string, change: (text: string) => string = (text) => text): Workflow => {
  const text = readFileSync(join(folder, name), 'utf8');
  const changed = change(text);
  return { name, text: changed, document: parse(changed, { uniqueKeys: true }) };
};
const names = readdirSync(folder).sort();

test('there are these workflows and no other', () => {
  expect(names).toEqual(['ci.yml', 'release.yml', 'sign.yml']);
});

test.each(names)('%s keeps the rules', (name) => {
  expect(faultsOf(read(name), KNOWN_ACTIONS)).toEqual([]);
});

describe('the rules find', () => {
  const CHECKOUT = 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1';
  test.each<[string, string, (text: string) => string, RegExp]>([
    [
      'an action by tag',
      'ci.yml',
      (text) => text.replace(CHECKOUT, 'actions/checkout@v7'),
      /known commit: actions\/checkout@v7/,
    ],
    ['another commit', 'ci.yml', (text) => text.replace('3d3c42e5', '3d3c42e6'), /known commit/],
    [
      'a commit without its release',
      'ci.yml',
      (text) => text.replace(CHECKOUT, CHECKOUT.replace(/ #.*/, '')),
      /known commit/,
    ],
    [
      'a commit with another release',
      'ci.yml',
      (text) => text.replace(CHECKOUT, CHECKOUT.replace('7.0.1', '7.0.2')),
      /known commit/,
    ],
    [
      'an action of somebody else',
      'sign.yml',
      (text) => text.replace('actions/attest@', 'mallory/attest@'),
      /known commit/,
    ],
    [
      'a workflow of somebody else',
      'release.yml',
      (text) => text.replace('uses: ./.github/workflows/sign.yml', 'uses: m/r/.github/workflows/sign.yml@main'),
      /known commit/,
    ],
    ['broad permissions', 'ci.yml', (text) => text.replace('permissions: {}', 'permissions: write-all'), /at the top/],
    ['no permissions at the top', 'ci.yml', (text) => text.replace('permissions: {}\n', ''), /at the top/],
    [
      'a job with more',
      'release.yml',
      (text) => text.replace('contents: read', 'contents: write'),
      /may not have contents: write/,
    ],
    [
      'a job that builds and can sign',
      'release.yml',
      (text) => text.replace(/( {6}contents: read\n)( {4}outputs)/, '$1      id-token: write\n$2'),
      /build: can sign, and brings code/,
    ],
    [
      'a job with none',
      'ci.yml',
      (text) => text.replace('    permissions:\n      contents: read\n', ''),
      /test: no permissions/,
    ],
    [
      'an expression in a shell',
      'ci.yml',
      (text) => text.replace('- run: npm ci', '- run: echo ${{ github.ref }}'),
      /in run: echo/,
    ],
    [
      'what a stranger writes',
      'ci.yml',
      (text) => text.replace('node-version: 24', 'node-version: ${{ github.head_ref }}'),
      /unknown origin: github\.head_ref/,
    ],
    [
      'the title of a request',
      'ci.yml',
      (text) => text.replace('node-version: 24', 'node-version: ${{github.event.pull_request.title}}'),
      /unknown origin/,
    ],
    ['a cache', 'release.yml', (text) => text.replace('          package-manager-cache: false\n', ''), /cache on/],
    [
      'another trigger',
      'release.yml',
      (text) => text.replace('  push:\n', '  workflow_dispatch:\n  push:\n'),
      /started by push, workflow_dispatch/,
    ],
    [
      'pull_request_target',
      'ci.yml',
      (text) => text.replace('  pull_request:', '  pull_request_target:'),
      /started by pull_request_target/,
    ],
    [
      'a release from a branch',
      'release.yml',
      (text) => text.replace("tags: ['v*']", "tags: ['v*']\n    branches: [main]"),
      /more than the push of a tag/,
    ],
    [
      'handed-on secrets',
      'release.yml',
      (text) =>
        text.replace(
          '    uses: ./.github/workflows/sign.yml\n',
          '    uses: ./.github/workflows/sign.yml\n    secrets: inherit\n',
        ),
      /hands on secrets/,
    ],
    ['a machine of ones own', 'sign.yml', (text) => text.replace('ubuntu-24.04', 'self-hosted'), /runs on self-hosted/],
    ['no time limit', 'sign.yml', (text) => text.replace('    timeout-minutes: 20\n', ''), /no time limit/],
    [
      'a token that stays',
      'ci.yml',
      (text) => text.replace('persist-credentials: false', 'persist-credentials: true'),
      /stays in \.git/,
    ],
    [
      'sources beside a signer',
      'sign.yml',
      (text) =>
        text.replace(
          '      - name: Only the',
          `      - uses: ${CHECKOUT}\n        with: {persist-credentials: false}\n      - name: Only the`,
        ),
      /can sign, and brings code/,
    ],
  ])('%s', (_what, name, change, fault) => {
    const changed = read(name, change);
    expect(changed.text).not.toBe(read(name).text);
    expect(faultsOf(changed, KNOWN_ACTIONS).join('\n')).toMatch(fault);
  });
});

test('the identity of a release is that of the signing workflow of this repository', () => {
  const { repository } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const address = repository.url.replace(/^git\+|\.git$/g, '');
  expect(existsSync(join(root, RELEASE_WORKFLOW))).toBe(true);
  expect(read('release.yml').text).toContain(`uses: ./${RELEASE_WORKFLOW}\n`);
  expect(identityOf('v1.2.3')).toEqual({
    repository: address,
    workflow: RELEASE_WORKFLOW,
    subject: `${address}/${RELEASE_WORKFLOW}@refs/tags/v1.2.3`,
  });
  expect(identityOf('v1.2.3-rc.1').subject).toMatch(/@refs\/tags\/v1\.2\.3-rc\.1$/);
  for (const tag of ['1.2.3', 'v1.2', 'v1.2.3 ', 'main', 'v1.2.3/../x', 'refs/tags/v1.2.3']) {
    expect(() => identityOf(tag), tag).toThrow(`${tag} is no tag of a release`);
  }
});

test('what workflows run is there: scripts, and the shell reads every step', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const name of names) {
    const { text, document } = read(name);
    for (const [, script = ''] of text.matchAll(/node (?:first\/)?(scripts\/[\w-]+\.ts)/g))
      expect(existsSync(join(root, script)), script).toBe(true);
    for (const [tests] of text.matchAll(/\btest\/[\w/-]+\.test\.ts\b/g))
      expect(existsSync(join(root, tests)), tests).toBe(true);
    for (const [, script = ''] of text.matchAll(/npm run ([\w:]+)/g)) expect(scripts).toHaveProperty([script]);
    for (const { steps = [] } of Object.values(document.jobs as Record<string, { steps?: { run?: string }[] }>)) {
      for (const { run } of steps) {
        if (run === undefined) continue;
        expect(spawnSync('bash', ['-n', '-c', run], { encoding: 'utf8' }).stderr, run).toBe('');
      }
    }
  }
});

test('the containers are tested on the very image that is signed', () => {
  const { jobs } = read('release.yml').document as { jobs: Record<string, { steps: { run?: string }[] }> };
  const runs = jobs.build!.steps.map(({ run = '' }) => run);
  const tested = runs.findIndex((run) => run.includes('"TWL_TEST_IMAGE=$RUNNER_TEMP/out/launcher.oci.tar"'));
  const builds = runs.findLastIndex((run) => run.includes('npm run image '));
  expect(tested).toBeGreaterThan(builds);
  expect(runs[tested]).toContain('test/container/launch.test.ts');
});

test('every output that a job is asked for exists', () => {
  const { jobs } = read('release.yml').document as {
    jobs: Record<string, { outputs?: object; needs?: string | string[] }>;
  };
  for (const [, job = '', output = ''] of read('release.yml').text.matchAll(/needs\.([a-z]+)\.outputs\.([a-z-]+)/g)) {
    expect(jobs[job]?.outputs).toHaveProperty([output]);
  }
  for (const { needs = [] } of Object.values(jobs))
    for (const job of [needs].flat()) expect(jobs).toHaveProperty([job]);
  const inputs = read('sign.yml').document.on as { workflow_call: { inputs: object } };
  expect(Object.keys((jobs.sign as { with: object }).with).sort()).toEqual(
    Object.keys(inputs.workflow_call.inputs).sort(),
  );
});

const stepsOf = (name: string): { name?: string; run?: string; with?: { path?: string } }[] =>
  Object.values(read(name).document.jobs as Record<string, { steps?: { run?: string }[] }>).flatMap(
    ({ steps = [] }) => steps,
  );

test.each(['ci.yml', 'release.yml'])('%s writes nothing into a clone: else what it builds is of no commit', (name) => {
  const { jobs } = read(name).document as { jobs: Record<string, { steps?: { uses?: string; run?: string }[] }> };
  const inClone = Object.values(jobs).filter(({ steps = [] }) => steps.some(({ uses = '' }) => /checkout@/.test(uses)));
  expect(inClone.length).toBeGreaterThan(0);
  const runs = inClone.flatMap(({ steps = [] }) => steps.map(({ run = '' }) => run));
  const targets = runs.flatMap((run) =>
    [
      ...run.matchAll(/(?:^|\s)(?:>>?|mkdir(?: -p)?\s|--output\s|tee\s|cp\s\S+\s)\s*(\S+)/gm),
      ...run.matchAll(/scripts\/pack[\w-]*\.ts (?:--release )?(\S+)/g),
      ...run.matchAll(/release\.ts describe (?:--release )?(\S+)/g),
    ].map(([, target = '']) => target),
  );
  expect(targets.length).toBeGreaterThan(2);
  const outside = /^"\$(?:RUNNER_TEMP\/.*|GITHUB_OUTPUT)"$|^\/etc\/docker\/daemon\.json$/;
  expect(targets.filter((target) => !outside.test(target))).toEqual([]);
});

test('what is uploaded of the build is what was written, and nothing of a release is made without a commit', () => {
  const steps = stepsOf('release.yml');
  expect(steps.flatMap(({ with: { path } = {} }) => path ?? [])).toEqual([
    '${{ runner.temp }}/out',
    'out',
    'out',
    'out',
  ]);
  const runs = steps.map(({ run = '' }) => run).join('\n');
  for (const script of ['pack.ts', 'pack-standalone.ts', 'release.ts describe'])
    expect(runs).toContain(`node scripts/${script} --release "$RUNNER_TEMP/out"`);
  expect(runs).toContain('node scripts/release.ts check "$GITHUB_REF_NAME" "$GITHUB_REPOSITORY"\n');
});

test('what is built is started before it is pushed, and npm is given a path that it takes for a file', () => {
  const runs = stepsOf('release.yml').map(({ run = '' }) => run);
  const started = runs.findIndex((run) => run.includes('--version') && run.includes('docker run'));
  expect(started).toBeGreaterThan(runs.findIndex((run) => run.includes('npm run image')));
  expect(started).toBeLessThan(runs.findIndex((run) => run.includes('skopeo copy')));
  expect(runs.find((run) => run.includes('npm publish'))).toMatch(/ \.\/out\/\S+\.tgz$/);
});

describe('what was downloaded is held against what was built', () => {
  const NAME = 'What was downloaded is what was built';
  const checks = ['release.yml', 'sign.yml'].flatMap(stepsOf).filter(({ name }) => name === NAME);
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
  const FILES = { 'a.tgz': 'package', 'a.tar.gz': 'standalone', 'x.spdx.json': '{}' };
  const RELEASE = JSON.stringify({
    files: Object.entries(FILES).map(([name, text]) => ({ name, sha256: sha256(text) })),
  });

  test('by who signs, who makes the release and who publishes, before they do', () => {
    expect(checks).toHaveLength(3);
    for (const { run } of checks) expect(run).toBe(checks[0]?.run);
    const names = stepsOf('sign.yml').map(({ name }) => name ?? '');
    expect(names.indexOf(NAME)).toBeLessThan(names.findIndex((name) => name.startsWith('The build of')));
  });

  test.each<[string, Record<string, string>, boolean]>([
    ['the same', {}, true],
    ['another release.json', { 'release.json': `${RELEASE} ` }, false],
    ['a file of other bytes', { 'a.tar.gz': 'other' }, false],
    ['an SBOM of other bytes', { 'x.spdx.json': '[]' }, false],
    ['a package more', { 'b.tgz': 'package' }, false],
    ['an archive more', { 'b.tar.gz': '' }, false],
  ])('%s', (_what, change, isGood) => {
    const scratch = useScratch();
    mkdirSync(scratch.join('out'));
    for (const [name, text] of Object.entries({ 'release.json': RELEASE, ...FILES, ...change }))
      writeFileSync(scratch.join('out', name), text);
    // As the runner starts a step that names no shell.
    const env = { ...process.env, RELEASE: sha256(RELEASE) };
    const { status } = spawnSync('bash', ['-e', '-c', checks[0]?.run ?? 'false'], { cwd: scratch.path, env });
    expect(status === 0).toBe(isGood);
  });

  test('a file that is missing', () => {
    const scratch = useScratch();
    mkdirSync(scratch.join('out'));
    writeFileSync(scratch.join('out', 'release.json'), RELEASE);
    const env = { ...process.env, RELEASE: sha256(RELEASE) };
    expect(spawnSync('bash', ['-e', '-c', checks[0]?.run ?? ''], { cwd: scratch.path, env }).status).not.toBe(0);
  });
});
