import { afterEach, expect, test, vi } from 'vitest';
import { readRepository, readRevision, requireCommit, versionOf } from '../../scripts/image/revision.ts';

afterEach(() => void vi.unstubAllEnvs());

test('the repository is a web address', () => {
  expect(readRepository()).toMatch(/^https:\/\/github\.com\/[\w.-]+\/[\w.-]+$/);
  expect(readRepository()).not.toMatch(/\.git$/);
});

test('the commit is build metadata of the version', () => {
  const revision = { version: '1.2.3', epoch: 1, repository: 'x' };
  expect(versionOf({ ...revision, commit: 'c0' })).toBe('1.2.3+c0');
  expect(versionOf({ ...revision, commit: undefined })).toBe('1.2.3');
});

test('a release has a commit', () => {
  const revision = { version: '1.2.3', epoch: 1, repository: 'x' };
  expect(requireCommit({ ...revision, commit: 'c0' })).toEqual({ ...revision, commit: 'c0' });
  expect(() => requireCommit({ ...revision, commit: undefined })).toThrow(/^there are changes that are in no commit: /);
});

test('SOURCE_DATE_EPOCH is the time where it is set, and has to be one', () => {
  vi.stubEnv('SOURCE_DATE_EPOCH', '1700000000');
  expect(readRevision().epoch).toBe(1_700_000_000);
  for (const value of ['', 'x', '-1', '1.5', '12345678901', ' 1']) {
    vi.stubEnv('SOURCE_DATE_EPOCH', value);
    expect(() => readRevision(), value).toThrow('there is no commit to take the time from');
  }
});
