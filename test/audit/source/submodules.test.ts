import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditSource } from './audit-source.ts';
import { checkSubmodule, isSameServer } from '../../../src/audit/source/submodule-address.ts';
import { parseRepoUrl } from '../../../src/pin/url.ts';
import type { RepoUrl } from '../../../src/pin/types.ts';
import { SourceError } from '../../../src/source/errors.ts';
import { makeRepository, type Repository } from '../../support/repositories.ts';
import { makeScratch } from '../../support/scratch.ts';
import { auditOf, pinOf, quickLimits } from './support.ts';

const scratch = makeScratch();
let secret: Repository;
let inside: Repository;
let connections = 0;
const canary = createServer((socket) => {
  connections++;
  socket.destroy();
});
let port = 0;

const at = (text: string): RepoUrl => {
  const read = parseRepoUrl(text);
  if (!read.ok) throw new Error(read.fault.message);
  return read.value;
};

beforeAll(async () => {
  canary.listen(0);
  await once(canary, 'listening');
  ({ port } = canary.address() as AddressInfo);
  secret = await makeRepository({ path: scratch.join('secret'), files: { f: 'secret\n' }, bare: false });
  inside = await makeRepository({ path: scratch.join('named/nested'), files: { f: 'nested\n' }, bare: false });
});

afterAll(() => void canary.close());

const reason = (url: string, { root = 'https://git.corp.example/a/b', named = true, offline = false } = {}) => {
  try {
    checkSubmodule('lib\u001b', at(url), { root: at(root), named, offline });
    return undefined;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    expect(error).toMatchObject({ code: 'address-refused', hint: expect.stringMatching(/./) });
    return error.message.replace("'lib\\x1b' ", '');
  }
};

const OVER_SSH = 'the submodule at is to be had over ssh only';
const NO_PATH = 'the submodule at is at a path of this machine that is no repository inside of the one that was named';
const OFFLINE = 'the submodule at is elsewhere, and nothing is fetched with --offline';
const PORT = 'the submodule at is at another port of the host that was named';

describe('what a repository over https may name', () => {
  test.each([
    ['https://github.com/a/b', undefined],
    ['https://git.corp.example/c', undefined],
    ['https://git.corp.example:443/c', undefined],
    ['https://git.corp.example:8443/c', PORT],
    ['https://10.0.0.1/c', /comes from the repository and names 10\.0\.0\.1, which is not a public address$/],
    ['https://vault.internal/c', /no public host$/],
    ['http://127.0.0.1:1/c', /is not https$/],
    ['ssh://git@git.corp.example/c', OVER_SSH],
    ['git@github.com:a/b', OVER_SSH],
    ['/etc', NO_PATH],
    ['file:///etc', NO_PATH],
  ])('%s', (url, message) => {
    if (typeof message === 'object') expect(reason(url)).toMatch(message);
    else expect(reason(url)).toBe(message);
  });
});

test.each([
  ['http://127.0.0.1:7/a', 'http://127.0.0.1:7/b', undefined],
  ['http://127.0.0.1:7/a', 'http://127.0.0.1:8/b', PORT],
  ['http://127.0.0.1:7/a', 'https://127.0.0.1:7/b', PORT],
  ['https://10.0.0.1/a', 'https://10.0.0.1/b', undefined],
  ['ssh://git@git.corp.example/a', 'ssh://git@git.corp.example/b', OVER_SSH],
  ['ssh://git@git.corp.example/a', 'https://github.com/b', undefined],
])('inside of %s, %s', (root, url, message) => {
  expect(reason(url, { root })).toBe(message);
});

test('what the evidence named is no server that counts', () => {
  const root = 'https://10.0.0.1/a';
  expect(reason('https://10.0.0.1/b', { root, named: false })).toMatch(/is not a public address$/);
  expect(reason('https://github.com:444/b', { root: 'https://github.com/a', named: false })).toBeUndefined();
});

test('with --offline nothing is fetched from anywhere', () => {
  for (const url of ['https://github.com/a/b', 'https://git.corp.example/c', 'ssh://git@git.corp.example/c']) {
    expect(reason(url, { offline: true })).toBe(OFFLINE);
    expect(reason(url, { offline: true, root: '/srv/repo' })).toBe(OFFLINE);
  }
});

test.each([
  ['https://a.example/x', 'https://a.example/y', true],
  ['https://a.example/x', 'https://a.example:443/y', true],
  ['https://a.example/x', 'https://b.example/x', false],
  ['https://a.example/x', 'https://a.example:444/x', false],
  ['/a', '/a', false],
  ['https://a.example/x', '/a', false],
  ['ssh://a.example/x', 'https://a.example/x', false],
])('%s and %s are of one server: %j', (one, other, same) => {
  expect(isSameServer(at(one), at(other))).toBe(same);
});

describe('inside of a folder', () => {
  const root = () => scratch.join('named');
  const of = (path: string, changes = {}) => reason(path, { root: root(), ...changes });

  beforeAll(async () => {
    await makeRepository({ path: root(), files: { a: 'a\n' }, bare: false });
    symlinkSync(secret.path, scratch.join('named/link'));
    // A work tree whose git folder is elsewhere: inside of the repository's own, and outside.
    cpSync(inside.gitDir, scratch.join('named/.git/modules/kept'), { recursive: true });
    for (const [name, to] of [
      ['kept', '../.git/modules/kept'],
      ['led', secret.gitDir],
    ] as const) {
      mkdirSync(scratch.join(`named/${name}`));
      writeFileSync(scratch.join(`named/${name}/.git`), `gitdir: ${to}\n`);
    }
    // Bare ones, as a tree can hold them, with links to objects of another.
    for (const [name, links] of [
      ['all', ['objects']],
      ['packs', ['objects/pack']],
      ['loose', [`objects/${secret.commit.slice(0, 2)}`]],
      ['pack', ['objects/pack/pack-1.pack']],
    ] as const) {
      const folder = scratch.join(`named/${name}`);
      mkdirSync(`${folder}/objects/pack`, { recursive: true });
      writeFileSync(`${folder}/HEAD`, 'ref: refs/heads/main\n');
      for (const link of links) {
        if (link === 'objects' || link === 'objects/pack') {
          rmSync(`${folder}/${link}`, { recursive: true });
        }
        symlinkSync(`${secret.gitDir}/objects`, `${folder}/${link}`);
      }
    }
    mkdirSync(scratch.join('named/own/objects/pack'), { recursive: true });
    mkdirSync(scratch.join('named/own/objects/ab'));
    writeFileSync(scratch.join('named/own/HEAD'), 'ref: refs/heads/main\n');
    mkdirSync(scratch.join('named/bare/objects'), { recursive: true });
    writeFileSync(scratch.join('named/bare/HEAD'), 'ref: refs/heads/main\n');
    cpSync(secret.path, scratch.join('named-too'), { recursive: true });
  });

  test.each(['nested', 'kept', 'own', 'bare', '.git/modules/kept'])('a repository at %s is one', (name) => {
    expect(of(`${root()}/${name}`)).toBeUndefined();
    expect(of(`file://${root()}/${name}`)).toBeUndefined();
    expect(of(`${root()}/${name}`, { offline: true })).toBeUndefined();
    expect(of(`${root()}/${name}`, { named: false })).toBe(NO_PATH);
  });

  test.each(['none', 'link', 'led', 'all', 'packs', 'loose', 'pack'])('what is at %s is none', (name) => {
    expect(of(`${root()}/${name}`)).toBe(NO_PATH);
  });

  test('nor is what only begins alike, or lies above', () => {
    expect(of(scratch.join('named-too'))).toBe(NO_PATH);
    expect(of(secret.path)).toBe(NO_PATH);
    expect(of(root())).toBe(NO_PATH);
    expect(of('/etc')).toBe(NO_PATH);
  });
});

/** An audit of a folder whose one submodule is at `url`. */
const audited = async (name: string, url: string, commit: string, offline = false) => {
  const gitmodules = `[submodule "lib"]\n\tpath = lib\n\turl = ${url}\n`;
  const files = { 'tee-launch.sh': 'x\n', lib: { gitlink: commit }, '.gitmodules': gitmodules };
  const made = await makeRepository({ path: scratch.join(name), files, bare: true });
  const pin = pinOf(made.path, made.commit, ['SUBMODULES=yes']);
  return await auditSource(auditOf(made.path, made.commit, { pin, offline }));
};

test('a path of this machine is not opened for a repository that names it', async () => {
  const { outcomes } = await audited('names-secret', secret.path, secret.commit);
  expect(outcomes['source.commit']).toMatchObject({ state: 'not-checked', exit: 13 });
  expect(outcomes['source.commit'].summary).toContain('no repository inside of the one that was named');
  expect(outcomes['source.tree'].state).toBe('not-checked');
});

test('one inside of the folder is brought, with --offline too', async () => {
  await makeRepository({ path: scratch.join('holds.git/modules/lib'), files: { f: 'nested\n' } });
  const { outcomes } = await audited('holds.git', './modules/lib', inside.commit, true);
  expect(outcomes['source.tree']).toMatchObject({ state: 'passed', details: [`submodule lib at ${inside.commit}`] });
});

test('with --offline no submodule is fetched, and no repository', async () => {
  const url = `https://localhost.example:${port}/x`;
  const { outcomes } = await audited('offline', url, secret.commit, true);
  expect(outcomes['source.commit']).toMatchObject({
    state: 'not-checked',
    exit: 13,
    hint: 'leave --offline out',
    summary: "the source was not had: the submodule at 'lib' is elsewhere, and nothing is fetched with --offline",
  });
  for (const address of [`https://127.0.0.1:${port}/x`, `http://127.0.0.1:${port}/x`, `ssh://127.0.0.1:${port}/x`]) {
    const whole = await auditSource(auditOf(address, secret.commit, { offline: true }));
    expect(whole.outcomes['source.commit']).toMatchObject({
      state: 'not-checked',
      exit: 13,
      summary: `the source was not had: nothing is fetched from '${address}' with --offline`,
      hint: 'leave --offline out, or name a clone on this machine with --source',
    });
    expect(whole.facts.reachability).toBeUndefined();
  }
  expect(connections).toBe(0);
});

describe('limits hold for a commit and its submodules together', () => {
  const CONTENT = 'x'.repeat(1000);
  let commit = '';
  let path = '';
  let one: Repository;
  let two: Repository;

  beforeAll(async () => {
    path = scratch.join('sum.git');
    one = await makeRepository({ path: `${path}/modules/one`, files: { f: CONTENT } });
    two = await makeRepository({ path: `${path}/modules/two`, files: { f: CONTENT, g: CONTENT } });
    const section = (name: string) => `[submodule "${name}"]\n\tpath = ${name}\n\turl = ./modules/${name}\n`;
    const gitmodules = section('one') + section('two');
    const files = { one: { gitlink: one.commit }, two: { gitlink: two.commit }, '.gitmodules': gitmodules };
    ({ commit } = await makeRepository({ path, files: { 'tee-launch.sh': CONTENT, ...files } }));
  });

  const run = async (limits: object) => {
    const pin = pinOf(path, commit, ['SUBMODULES=yes']);
    return (await auditSource(auditOf(path, commit, { pin, limits: quickLimits(limits) }))).outcomes;
  };

  const fileBytes = 4000 + 2 * '[submodule "one"]\n\tpath = one\n\turl = ./modules/one\n'.length;

  test.each([
    ['CHECKOUT_BYTES', fileBytes],
    // tee-launch.sh, .gitmodules, one, two, one/f, two/f and two/g.
    ['PATHS', 7],
    // Three commits, three trees, and the content, which each repository has once, beside .gitmodules.
    ['OBJECTS', 10],
  ])('%s', async (name, enough) => {
    expect((await run({ [name]: enough }))['source.tree'].state).toBe('passed');
    const outcomes = await run({ [name]: enough - 1 });
    expect(outcomes['source.commit']).toMatchObject({
      state: 'not-checked',
      exit: 13,
      hint: `if you have the room for more, set TWL_LIMIT_${name} in the environment of twl`,
    });
    expect(outcomes['source.tree'].state).toBe('not-checked');
  });

  test('PACK_BYTES', async () => {
    expect((await run({ PACK_BYTES: 1000 }))['source.tree'].state).toBe('passed');
    // Each alone is smaller.
    for (const name of ['one', 'two']) {
      const [at, { commit: id }] = [`${path}/modules/${name}`, name === 'one' ? one : two];
      const limits = quickLimits({ PACK_BYTES: 500 });
      const { outcomes } = await auditSource(auditOf(at, id, { limits, pin: pinOf(at, id, ['RUN_CMD=x']) }));
      expect(outcomes['source.tree'].state).toBe('passed');
    }
    const hint = 'if you have the room for more, set TWL_LIMIT_PACK_BYTES in the environment of twl';
    expect((await run({ PACK_BYTES: 500 }))['source.commit']).toMatchObject({ state: 'not-checked', hint });
  });
});
