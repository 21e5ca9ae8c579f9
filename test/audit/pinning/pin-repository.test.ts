import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PLACEHOLDER_IMAGE } from '../../../src/audit/pinning/deployment.ts';
import { type Pinned, pinRepository } from '../../../src/audit/pinning/pin-repository.ts';
import { parseRef } from '../../../src/audit/pinning/ref.ts';
import { DEFAULT_WORK_DIR, type PinRequest } from '../../../src/audit/pinning/request.ts';
import { parseRepoUrl } from '../../../src/pin/url.ts';
import { readLimits } from '../../../src/source/limits.ts';
import { makeRepository, type Repository } from '../../support/repositories.ts';
import { makeScratch } from '../../support/scratch.ts';

const scratch = makeScratch();
const limitsRead = readLimits({ TWL_LIMIT_BACKOFF_MS: '1' });
if (!limitsRead.ok) throw new Error('no limits');
const { limits } = limitsRead;
const IMAGE = `registry.example/launcher@sha256:${'ab'.repeat(32)}`;
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5) / 1000;

let repository: Repository;
let withSubmodule: Repository;
let count = 0;
beforeAll(async () => {
  repository = await makeRepository({
    files: { 'tee-launch.sh': 'echo hi\n', 'run.sh': 'echo run\n' },
    path: scratch.join('a.git'),
  });
  await repository.git('tag', '-a', '-m', 'one', 'v1', repository.commit);
  withSubmodule = await makeRepository({
    files: { 'tee-launch.sh': 'echo hi\n', lib: { gitlink: '1'.repeat(40) } },
    path: scratch.join('b.git'),
  });
});
afterAll(() => scratch.remove());

/** Runs it, and gives what it said as well. A new folder for each, which does not exist yet. */
const run = async (
  name: string,
  more: Partial<PinRequest> = {},
  from = repository,
): Promise<{ out: string; pinned: Pinned; said: string[] }> => {
  const [url, ref] = [parseRepoUrl(from.path), parseRef(name)];
  if (!url.ok || !ref.ok) throw new Error('a test names something that is none');
  const out = more.out ?? scratch.join(`out-${count++}`);
  const said: string[] = [];
  const request: PinRequest = {
    url: url.value,
    ref: ref.value,
    out,
    workDir: DEFAULT_WORK_DIR,
    image: undefined,
    entry: undefined,
    network: {},
    submodules: undefined,
    receipt: 'required',
    form: 'compose',
    attest: false,
    force: false,
    ...more,
  };
  const pinned = await pinRepository(request, { limits, now: NOW, say: (line) => said.push(line) });
  return { out, pinned, said };
};

const refused = async (name: string, more: Partial<PinRequest>, from?: Repository): Promise<unknown> => {
  const out = scratch.join(`refused-${count++}`);
  const error = await run(name, { out, ...more }, from).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(existsSync(out) ? readdirSync(out) : []).toEqual([]);
  return error;
};

describe('what is written', () => {
  test('a config and a compose file, of the commit that a tag leads to', async () => {
    const { out, pinned, said } = await run('v1');
    expect(said).toEqual([
      `asking ${repository.path} for its branches and tags`,
      `bringing commit ${repository.commit}`,
    ]);
    expect(readdirSync(out)).toEqual(['docker-compose.yml', 'launcher.conf']);
    expect(pinned).toMatchObject({
      pin: { commitSha: repository.commit, workDir: DEFAULT_WORK_DIR, receipt: 'required', submodules: 'no' },
      resolved: { commit: repository.commit, ref: 'refs/tags/v1' },
      measured: { files: 2 },
      form: 'compose',
      written: [`${out}/launcher.conf`, `${out}/docker-compose.yml`],
      isImageOpen: true,
    });
    expect(pinned.pin.treeSha256).toBe(pinned.measured.treeSha256);
    const config = readFileSync(`${out}/launcher.conf`, 'utf8');
    expect(config).toContain('# The commit that refs/tags/v1 held on 2026-01-02T03:04:05Z,\n');
    expect(config).toContain(`COMMIT_SHA=${repository.commit}\n`);
    expect(config).toContain(`TREE_SHA256=${pinned.measured.treeSha256}\n`);
    expect(config).toContain('RECEIPT=required\n');
    expect(readFileSync(`${out}/docker-compose.yml`, 'utf8')).toContain(`image: ${PLACEHOLDER_IMAGE}\n`);
  });

  test('a commit by its hash is not asked for by name', async () => {
    const { pinned, said, out } = await run(repository.commit, { image: IMAGE, attest: true });
    expect(said).toEqual([`bringing commit ${repository.commit}`]);
    expect(pinned).toMatchObject({ isImageOpen: false, resolved: { commit: repository.commit } });
    const compose = readFileSync(`${out}/docker-compose.yml`, 'utf8');
    expect(compose).toContain(`image: ${IMAGE}\n`);
    expect(compose).toContain('entrypoint: [twl-attest]');
  });

  test('a derived image has a Dockerfile as well', async () => {
    const { out, pinned } = await run('v1', { form: 'derived-image', image: IMAGE });
    expect(pinned.written).toEqual([`${out}/launcher.conf`, `${out}/Dockerfile`, `${out}/docker-compose.yml`]);
    expect(pinned.form).toBe('derived-image');
    expect(readFileSync(`${out}/Dockerfile`, 'utf8')).toMatch(new RegExp(`^FROM ${IMAGE}$`, 'm'));
    expect(readFileSync(`${out}/docker-compose.yml`, 'utf8')).not.toContain('COMMIT_SHA');
  });

  test('every option has its key', async () => {
    const { pinned } = await run('v1', {
      entry: 'run.sh',
      workDir: '/srv/other/checkout',
      submodules: 'ignore',
      receipt: 'off',
    });
    expect(pinned.pin).toMatchObject({
      mode: { kind: 'default', entrypointScript: 'run.sh' },
      workDir: '/srv/other/checkout',
      submodules: 'ignore',
      receipt: 'off',
    });
  });

  test('a submodule that is left out has no name in SHA-256: the pin does without the tree', async () => {
    const { pinned, out } = await run(withSubmodule.commit, { submodules: 'ignore' }, withSubmodule);
    expect(pinned.measured.treeSha256).toBeUndefined();
    expect(pinned.pin.treeSha256).toBeUndefined();
    expect(readFileSync(`${out}/launcher.conf`, 'utf8')).not.toContain('TREE_SHA256');
  });
});

describe('what is refused, and leaves nothing', () => {
  test('files that are there, before anything is asked', async () => {
    const out = scratch.join('taken');
    for (const [form, name] of [
      ['compose', 'launcher.conf'],
      ['compose', 'docker-compose.yml'],
      ['derived-image', 'Dockerfile'],
    ] as const) {
      const folder = `${out}-${form}-${name}`;
      mkdirSync(folder);
      writeFileSync(`${folder}/${name}`, 'mine');
      await expect(run('no-such-ref', { out: folder, form })).rejects.toMatchObject({ code: 'file-exists' });
      expect(readdirSync(folder)).toEqual([name]);
      const { pinned } = await run('v1', { out: folder, form, force: true, image: IMAGE });
      expect(pinned.written).toContain(`${folder}/${name}`);
    }
    // Of the other form: not written, and not in the way.
    const other = `${out}-other`;
    mkdirSync(other);
    writeFileSync(`${other}/Dockerfile`, 'mine');
    await run('v1', { out: other });
    expect(readFileSync(`${other}/Dockerfile`, 'utf8')).toBe('mine');
  });

  test('values that no pin can hold', async () => {
    expect(await refused('no-such-ref', { workDir: 'relative' })).toMatchObject({
      code: 'bad-value',
      exitCode: 2,
      message: expect.stringMatching(/^no pin can hold this: WORK_DIR must /),
      hint: 'choose another value',
    });
    expect(await refused('no-such-ref', { entry: `'a"` })).toMatchObject({
      code: 'bad-value',
      message: 'no config can hold these values: one needs quotes and holds both kinds',
      hint: 'choose another --work-dir or --entry',
      cause: expect.any(Error),
    });
  });

  test('options that do not go together', async () => {
    const sshKey = { here: '/home/key', inContainer: '/run/secrets/key' };
    const error = await refused('no-such-ref', { network: { sshKey } });
    expect(error).toMatchObject({
      code: 'bad-value',
      message: expect.stringMatching(/^no pin can hold this: SSH_KEY_FILE [^\n]+$/),
      hint: 'leave one of the options out',
      cause: expect.any(Error),
    });
  });

  test('a ref that is none, and an entry that the commit lacks', async () => {
    expect(await refused('no-such-ref', {})).toMatchObject({ code: 'ref-missing' });
    expect(await refused('v1', { entry: 'missing.sh' })).toMatchObject({ code: 'entry-missing' });
  });

  test('a file of this machine that is not there', async () => {
    const [url] = [parseRepoUrl('https://git.example/a.git')];
    if (!url.ok) throw new Error('no url');
    const missing = { here: scratch.join('no-such-file'), inContainer: '/run/secrets/x' };
    for (const [key, option] of [
      ['credential', '--credential-file'],
      ['ca', '--ca-file'],
    ] as const) {
      expect(await refused('v1', { url: url.value, network: { [key]: missing } })).toMatchObject({
        code: 'file-unreadable',
        message: expect.stringContaining(option),
      });
    }
  });
});
