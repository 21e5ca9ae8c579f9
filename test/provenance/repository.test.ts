import { describe, expect, test } from 'vitest';
import { admits, BRANCH_OR_TAG, checkRefRule } from '../../src/provenance/refs.ts';
import { isRepository, refOfWorkflow, repositoryOf, urlOf } from '../../src/provenance/repository.ts';
import { expectError } from './support.ts';

describe('a repository', () => {
  test.each([
    'https://github.com/acme/launcher',
    'https://github.com/acme/launcher/',
    'https://github.com/acme/launcher.git',
    'https://github.com/acme/launcher.git/',
  ])('%s is read', (url) => {
    const repository = repositoryOf(url, 'it');
    expect(repository).toEqual({ host: 'github.com', path: 'acme/launcher' });
    expect(urlOf(repository)).toBe('https://github.com/acme/launcher');
  });

  test.each([
    ['https://git.corp.example.co/acme/launcher', { host: 'git.corp.example.co', path: 'acme/launcher' }],
    ['https://github.com/acme/x.github', { host: 'github.com', path: 'acme/x.github' }],
    ['https://github.com/a.git/b', { host: 'github.com', path: 'a.git/b' }],
  ])('%s is read as it stands', (url, repository) => {
    expect(repositoryOf(url, 'it')).toEqual(repository);
  });

  test.each([
    '',
    'http://github.com/a/b',
    'https://github.com/a',
    'https://github.com/a/b/c',
    'https://github.com/a/b//',
    'https://github.com/a/..',
    'https://github.com/./b',
    'https://github.com//b',
    'https://GitHub.com/a/b',
    'https://localhost/a/b',
    'https://github.com:443/a/b',
    'https://user@github.com/a/b',
    'https://github.com/a/b?c',
    'https://github.com/a b/c',
    ' https://github.com/a/b',
    'https://github.com/a/b\n',
    'git@github.com:a/b',
  ])('%j is not read', (url) => {
    const error = expectError(() => repositoryOf(url, 'it'), 'bad-expectation', /^it is '.*', not a repository$/s);
    expect(error).toMatchObject({ hint: 'write https://host/owner/name', exitCode: 30 });
  });

  const acme = repositoryOf('https://github.com/Acme/Launcher', 'it');
  test.each([
    ['https://github.com/Acme/Launcher', true],
    ['https://github.com/acme/LAUNCHER', true],
    ['https://github.com/acme/launcher/', false],
    ['https://github.com/acme/launcher.git', false],
    ['https://github.com/acme/launcher2', false],
    ['https://github.com/acme/launche', false],
    ['https://GitHub.com/acme/launcher', false],
    ['https://github.com.evil.example/acme/launcher', false],
    ['https://github.com/acme', false],
    ['xhttps://github.com/acme/launcher', false],
  ])('%s is it: %s', (url, expected) => {
    expect(isRepository(url, acme)).toBe(expected);
  });

  // The Kelvin sign lower-cases to k.
  test('only ASCII letters fold', () => {
    const kelvin = repositoryOf('https://github.com/k/k', 'it');
    expect(isRepository('https://github.com/K/k', kelvin)).toBe(true);
    expect(isRepository('https://github.com/\u212a/k', kelvin)).toBe(false);
  });
});

describe('the ref of a workflow', () => {
  const repository = repositoryOf('https://github.com/acme/launcher', 'it');
  const path = '.github/workflows/release.yml';
  const base = 'https://github.com/acme/launcher/.github/workflows/release.yml';
  test.each([
    [`${base}@refs/heads/main`, 'refs/heads/main'],
    [`${base}@v1`, 'v1'],
    [`https://github.com/ACME/launcher/${path}@v1`, 'v1'],
    [`${base}@`, undefined],
    [base, undefined],
    [`${base}2@v1`, undefined],
    [`${base}@refs/heads/main@b.yml@refs/heads/x`, undefined],
    [`https://github.com/acme/launcher/.GITHUB/workflows/release.yml@v1`, undefined],
    [`https://github.com/acme/other/${path}@v1`, undefined],
    [`https://github.com/evil/launcher/${path}@v1`, undefined],
    [`https://github.com/acme/launcher2/${path}@v1`, undefined],
    [`https://github.com/acme/launcher/x/${path}@v1`, undefined],
    [`https://github.com.x/acme/launch/${path}@v1`, undefined],
    // The dot is a dot.
    [base.replace('release.yml', 'releasexyml@v1'), undefined],
    ['', undefined],
  ])('%s: %s', (uri, ref) => {
    expect(refOfWorkflow(uri, repository, path)).toBe(ref);
  });
});

describe('a rule for refs', () => {
  test.each([
    'refs/heads/main',
    'refs/tags/v*',
    'refs/heads/*',
    'refs/tags/*',
    'refs/pull/7/merge',
    'refs/heads/a-b.c',
  ])('%s is one', (rule) => {
    expect(checkRefRule(rule, 'it')).toBe(rule);
  });

  test.each([
    '',
    '*',
    'refs/*',
    'main',
    'refs/',
    'refs/heads/*x',
    'refs/heads/a*b*',
    'refs/pull/*',
    'refs/heads/a b',
    'refs/heads/a@b',
    'refs/heads/a@b*',
    'xrefs/heads/main',
    'xrefs/heads/*',
    'refs/heads*',
    'refs/notes/*',
  ])('%j is none', (rule) => {
    const error = expectError(() => checkRefRule(rule, 'it'), 'bad-expectation', `it is '${rule}', not a ref`);
    expect(error.hint).toBe('write refs/heads/main, refs/tags/v1.2.3, or refs/tags/v* for all that begin so');
  });

  test.each([
    [['refs/heads/main'], 'refs/heads/main', true],
    [['refs/heads/main'], 'refs/heads/main2', false],
    [['refs/heads/main'], 'refs/heads/mai', false],
    [['refs/tags/v*'], 'refs/tags/v1', true],
    [['refs/tags/v*'], 'refs/tags/v', false],
    [['refs/tags/v*'], 'refs/tags/w1', false],
    [['refs/tags/v*'], 'refs/heads/v1', false],
    [['refs/heads/a', 'refs/heads/b'], 'refs/heads/b', true],
    [[], 'refs/heads/b', false],
    [BRANCH_OR_TAG, 'refs/heads/x/y', true],
    [BRANCH_OR_TAG, 'refs/tags/x', true],
    [BRANCH_OR_TAG, 'refs/pull/7/merge', false],
    [BRANCH_OR_TAG, 'refs/heads/', false],
    [['refs/pull/7/merge'], 'refs/pull/7/merge', true],
  ])('%j on %s: %s', (rules, ref, expected) => {
    expect(admits(rules, ref)).toBe(expected);
  });
});
