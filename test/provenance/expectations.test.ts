import { expect, test } from 'vitest';
import { GITHUB_ISSUER, type ProvenanceExpectations, rulesOf, TRIGGERS } from '../../src/provenance/expectations.ts';
import { subjectsOf } from '../../src/provenance/subject-digests.ts';
import { expectError } from './support.ts';

const COMMIT = '1f2e3d4c5b6a79880f1e2d3c4b5a69788796a5b4';
const acme = { host: 'github.com', path: 'acme/launcher' };

test('what is left out has the strict default', () => {
  expect(rulesOf({})).toEqual({
    issuer: 'https://token.actions.githubusercontent.com',
    repository: undefined,
    repositoryId: undefined,
    ownerId: undefined,
    commit: undefined,
    workflow: undefined,
    refs: ['refs/heads/*', 'refs/tags/*'],
    runners: ['github-hosted'],
    triggers: ['push', 'release', 'workflow_dispatch', 'schedule'],
    predicateTypes: ['https://slsa.dev/provenance/v1'],
    instances: ['public-good'],
  });
  expect(GITHUB_ISSUER).toBe('https://token.actions.githubusercontent.com');
  expect(TRIGGERS.some((trigger) => trigger.includes('pull'))).toBe(false);
});

test('what is stated is taken', () => {
  const given = {
    issuer: 'https://token.actions.corp.ghe.com',
    repository: 'https://github.com/acme/launcher.git',
    repositoryId: '1000',
    ownerId: '7',
    commit: COMMIT,
    refs: ['refs/heads/main'],
    runners: ['self-hosted', 'github-hosted'],
    triggers: ['merge_group'],
    predicateTypes: ['https://slsa.dev/provenance/v0.2'],
    instances: ['github', 'other', 'public-good'],
  } as const satisfies ProvenanceExpectations;
  expect(rulesOf(given)).toEqual({ ...given, repository: acme, workflow: undefined });
  expect(rulesOf({ commit: COMMIT.padEnd(64, '0') }).commit).toHaveLength(64);
});

test('a workflow is of the source unless it is stated to be of another repository', () => {
  const repository = 'https://github.com/acme/launcher';
  const path = '.github/workflows/a.yml';
  const rule = { repository: acme, path, refs: undefined, commit: undefined, isSource: true };
  expect(rulesOf({ repository, workflow: { path } }).workflow).toEqual(rule);
  const same = { path, repository: 'https://github.com/ACME/launcher' };
  expect(rulesOf({ repository, workflow: same }).workflow).toMatchObject({ isSource: true });
  const other = { path, repository: 'https://github.com/acme/shared', refs: ['refs/tags/v*'], commit: COMMIT };
  expect(rulesOf({ repository, workflow: other }).workflow).toEqual({
    repository: { host: 'github.com', path: 'acme/shared' },
    path,
    refs: ['refs/tags/v*'],
    commit: COMMIT,
    isSource: false,
  });
  expect(rulesOf({ workflow: { path } }).workflow).toEqual({ ...rule, repository: undefined, isSource: false });
  expect(rulesOf({ workflow: other }).workflow?.isSource).toBe(false);
});

const wrong = (given: object, message: string) =>
  expectError(() => rulesOf(given as ProvenanceExpectations), 'bad-expectation', message);

test.each([
  [{ issuer: '' }, "the expected issuer is '', not an https URL"],
  [{ issuer: 'http://a' }, "the expected issuer is 'http://a', not an https URL"],
  [{ issuer: 'https://a b' }, "the expected issuer is 'https://a b', not an https URL"],
  [{ issuer: 'xhttps://a' }, "the expected issuer is 'xhttps://a', not an https URL"],
  [{ issuer: 'https://' }, "the expected issuer is 'https://', not an https URL"],
  [{ repository: 'acme/launcher' }, "the repository is 'acme/launcher', not a repository"],
  [{ repositoryId: '' }, "the expected repository id is '', not a number"],
  [{ repositoryId: '01' }, "the expected repository id is '01', not a number"],
  [{ repositoryId: '1x' }, "the expected repository id is '1x', not a number"],
  [{ ownerId: '-1' }, "the expected owner id is '-1', not a number"],
  [{ ownerId: 'x1' }, "the expected owner id is 'x1', not a number"],
  [{ ownerId: '1x' }, "the expected owner id is '1x', not a number"],
  [{ commit: '' }, "the expected commit is '', not 40 or 64 lower-case hex digits"],
  [{ commit: COMMIT.slice(1) }, `the expected commit is '${COMMIT.slice(1)}', not 40 or 64 lower-case hex digits`],
  [{ commit: `${COMMIT}0` }, `the expected commit is '${COMMIT}0', not 40 or 64 lower-case hex digits`],
  [
    { commit: COMMIT.toUpperCase() },
    `the expected commit is '${COMMIT.toUpperCase()}', not 40 or 64 lower-case hex digits`,
  ],
  [{ refs: ['main'] }, "one of the expected refs is 'main', not a ref"],
  [{ refs: [] }, 'the list of expected refs is empty'],
  [{ runners: [] }, 'the list of expected runners is empty'],
  [{ runners: ['any'] }, "'any' is none of the runners that are known: github-hosted, self-hosted"],
  [{ triggers: [] }, 'the list of expected triggers is empty'],
  [{ predicateTypes: [] }, 'the list of expected predicate types is empty'],
  [
    { predicateTypes: ['x'] },
    "'x' is none of the predicate types that are known: https://slsa.dev/provenance/v1, https://slsa.dev/provenance/v0.2",
  ],
  [{ instances: [] }, 'the list of expected instances is empty'],
  [{ instances: ['x'] }, "'x' is none of the instances that are known: public-good, github, other"],
  [{ workflow: { path: 'a', repository: 'b' } }, "the workflow's repository is 'b', not a repository"],
  [
    { workflow: { path: 'a', commit: 'b' } },
    "the expected commit of the workflow is 'b', not 40 or 64 lower-case hex digits",
  ],
  [{ workflow: { path: 'a', refs: [] } }, 'the list of expected refs of the workflow is empty'],
  [{ workflow: { path: 'a', refs: ['b'] } }, "one of the expected refs of the workflow is 'b', not a ref"],
])('%j is refused', (given, message) => {
  expect(wrong(given, message).exitCode).toBe(30);
});

test.each(['', '/a', 'a/', 'a//b', '.', '..', './a', '../a', 'a/../b', 'a/.', 'a@b', 'a b', 'a\n'])(
  'the workflow %j is refused',
  (path) => {
    const shown = path.replace('\n', '\\n');
    wrong({ workflow: { path } }, `the expected workflow is '${shown}', not a path inside of a repository`);
  },
);

test.each(['a', '.github/workflows/a.yml', 'a/.b', 'a/...', '..a/b', 'a./b'])('the workflow %j is taken', (path) => {
  expect(rulesOf({ workflow: { path } }).workflow?.path).toBe(path);
});

test('an empty list says what to do', () => {
  expect(wrong({ triggers: [] }, 'the list of expected triggers is empty').hint).toBe(
    'leave it out for the default; nothing means "any"',
  );
});

test('the digests of an image are sha256', () => {
  const hex = 'a'.repeat(64);
  const other = 'b'.repeat(64);
  expect(subjectsOf({ image: `sha256:${hex}` })).toEqual({ image: hex, children: [] });
  expect(subjectsOf({ image: `sha256:${hex}`, children: [`sha256:${other}`] })).toEqual({
    image: hex,
    children: [other],
  });
  for (const digest of [
    hex,
    `sha256:${hex.slice(1)}`,
    `sha256:${hex}0`,
    `sha512:${hex}`,
    `sha256:${'A'.repeat(64)}`,
    `xsha256:${hex}`,
  ]) {
    const message = `'${digest}' is not the digest of an image`;
    const error = expectError(() => subjectsOf({ image: digest }), 'bad-expectation', message);
    expect(error.hint).toBe('write sha256: and 64 lower-case hex digits');
    expectError(() => subjectsOf({ image: `sha256:${hex}`, children: [digest] }), 'bad-expectation', message);
  }
});
