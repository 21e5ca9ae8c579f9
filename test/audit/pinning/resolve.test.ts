import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseRef } from '../../../src/audit/pinning/ref.ts';
import { resolveRef } from '../../../src/audit/pinning/resolve.ts';
import { parseRepoUrl } from '../../../src/pin/url.ts';
import { readLimits } from '../../../src/source/limits.ts';
import type { Behaviour } from '../../support/answer.ts';
import { type GitServer, startGitServer } from '../../support/git-server.ts';
import { makeRepository, type Repository } from '../../support/repositories.ts';
import { makeScratch } from '../../support/scratch.ts';

const root = makeScratch();
const FILES = { 'tee-launch.sh': 'echo hi\n' };
let repository: Repository;
let newer: string;
let tag: string;
let outer: string;
let sha256: Repository;
let server: GitServer;

beforeAll(async () => {
  repository = await makeRepository({ files: FILES, path: root.join('a.git') });
  newer = await repository.commitAgain({ 'b.txt': 'b' });
  const { git, commit } = repository;
  await git('tag', 'light', commit);
  await git('tag', '-a', '-m', 'one', 'v1', commit);
  await git('tag', '-a', '-m', 'outer', 'v1-outer', 'v1');
  await git('branch', 'v2', commit);
  await git('tag', 'v2', newer);
  tag = await git('rev-parse', 'v1');
  outer = await git('rev-parse', 'v1-outer');
  sha256 = await makeRepository({ files: FILES, path: root.join('b.git'), format: 'sha256' });
  server = await startGitServer({ root: root.path });
});
afterAll(async () => {
  await server.close();
  root.remove();
});

const limitsRead = readLimits({ TWL_LIMIT_BACKOFF_MS: '1' });
if (!limitsRead.ok) throw new Error('no limits');
const { limits } = limitsRead;

const resolve = async (address: string, name: string) => {
  const [url, ref] = [parseRepoUrl(address), parseRef(name)];
  if (!url.ok || !ref.ok) throw new Error('a test names something that is none');
  return await resolveRef(ref.value, { url: url.value, limits, network: {}, scratch: root.join('history') });
};

const served = (name: string, path = 'a.git', behaviour?: Behaviour) => {
  server.behave(behaviour);
  return resolve(`${server.url}/${path}`, name);
};

const OLD: Behaviour = () => ({ ignoreGitProtocol: true });

describe.each<[string, (name: string) => ReturnType<typeof resolve>]>([
  ['over protocol version 2', (name) => served(name)],
  ['over protocol version 0', (name) => served(name, 'a.git', OLD)],
  ['out of a folder', (name) => resolve(root.join('a.git'), name)],
  ['out of a file URL', (name) => resolve(`file://${root.join('a.git')}`, name)],
])('%s', (_, ask) => {
  test('a branch', async () => {
    const expected = { commit: newer, format: 'sha1', ref: 'refs/heads/main', tag: undefined };
    expect(await ask('main')).toEqual(expected);
    expect(await ask('refs/heads/main')).toEqual(expected);
  });

  test('a tag that is a commit’s name, and tags that are objects', async () => {
    const { commit } = repository;
    expect(await ask('light')).toEqual({ commit, format: 'sha1', ref: 'refs/tags/light', tag: undefined });
    expect(await ask('v1')).toEqual({ commit, format: 'sha1', ref: 'refs/tags/v1', tag });
    expect(await ask('v1-outer')).toEqual({ commit, format: 'sha1', ref: 'refs/tags/v1-outer', tag: outer });
  });

  test('a name that is both, and one that is neither', async () => {
    await expect(ask('v2')).rejects.toMatchObject({ code: 'ref-ambiguous' });
    expect(await ask('refs/tags/v2')).toMatchObject({ commit: newer });
    expect(await ask('heads/v2')).toMatchObject({ commit: repository.commit });
    await expect(ask('v3')).rejects.toMatchObject({ code: 'ref-missing' });
  });
});

test('a SHA-256 repository is found to be one', async () => {
  const { commit } = sha256;
  expect(commit).toHaveLength(64);
  expect(await served('main', 'b.git')).toEqual({ commit, format: 'sha256', ref: 'refs/heads/main', tag: undefined });
});

test('a hash stands for itself, and nobody is asked', async () => {
  const before = server.requests.length;
  expect(await served('ab'.repeat(20))).toEqual({
    commit: 'ab'.repeat(20),
    format: 'sha1',
    ref: undefined,
    tag: undefined,
  });
  expect(await served('ab'.repeat(32))).toMatchObject({ format: 'sha256' });
  expect(server.requests).toHaveLength(before);
});

test('a server that is busy is asked again, three times in all', async () => {
  let left = 2;
  const busy: Behaviour = () => (left-- > 0 ? { reply: { status: 503 } } : {});
  expect(await served('main', 'a.git', busy)).toMatchObject({ commit: newer });
  left = 3;
  await expect(served('main', 'a.git', busy)).rejects.toMatchObject({ code: 'server-busy' });
  expect(left).toBe(0);
});

test('a repository that is not there is told of at once', async () => {
  const before = server.requests.length;
  await expect(served('main', 'none.git')).rejects.toMatchObject({ code: 'repository-not-found', exitCode: 40 });
  expect(server.requests.length - before).toBe(1);
  await expect(resolve(root.join('none.git'), 'main')).rejects.toMatchObject({ code: 'repository-not-found' });
});

test('a tag of a folder whose object is broken', async () => {
  const broken = await makeRepository({ files: FILES, path: root.join('c.git') });
  const id = await broken.git('hash-object', '-t', 'tag', '-w', '--literally', '/dev/null');
  const { writeFileSync, mkdirSync } = await import('node:fs');
  mkdirSync(root.join('c.git/refs/tags'), { recursive: true });
  writeFileSync(root.join('c.git/refs/tags/empty'), `${id}\n`);
  await expect(resolve(broken.path, 'empty')).rejects.toMatchObject({
    code: 'ref-malformed',
    exitCode: 10,
    message: `the object ${id} of the tag does not begin with an object line`,
    hint: 'look at the repository with git fsck',
  });
  writeFileSync(root.join('c.git/refs/tags/gone'), `${'12'.repeat(20)}\n`);
  await expect(resolve(broken.path, 'gone')).rejects.toMatchObject({
    code: 'ref-malformed',
    message: expect.stringMatching(`^the object ${'12'.repeat(20)} of the tag cannot be read: `),
    cause: expect.any(Error),
  });
});

test('tags of tags have an end', async () => {
  const deep = await makeRepository({ files: FILES, path: root.join('d.git') });
  let at = deep.commit;
  for (let depth = 1; depth <= 16; depth++) {
    await deep.git('tag', '-a', '-m', 'x', `t${depth}`, at);
    at = await deep.git('rev-parse', `t${depth}`);
  }
  expect(await resolve(deep.path, 't15')).toMatchObject({ commit: deep.commit });
  await expect(resolve(deep.path, 't16')).rejects.toMatchObject({
    code: 'ref-malformed',
    message: `the object ${at} of the tag leads through more than 16 tags`,
  });
});

test('nothing is left of it', () => {
  expect(existsSync(root.join('history'))).toBe(false);
});
