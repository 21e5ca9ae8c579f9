import { expect, test } from 'vitest';
import { verifyArguments } from '../../scripts/image/verify-arguments.ts';

const COMMIT = 'c0'.repeat(20);
const DIGEST = `sha256:${'1'.repeat(64)}`;

test('all platforms are built where none is named: the digest of an index is of all of them', () => {
  const request = { commit: COMMIT, expected: DIGEST };
  expect(verifyArguments([COMMIT, DIGEST])).toEqual({ ...request, options: ['--platform', 'amd64,arm64'] });
  expect(verifyArguments([COMMIT, DIGEST, '--platform', 'arm64'])?.options).toEqual(['--platform', 'arm64']);
  expect(verifyArguments([COMMIT, DIGEST, '--stage', 'mpc', '--mirror', 'http://m'])?.options).toEqual(
    expect.arrayContaining(['--stage', 'mpc', '--mirror', 'http://m', '--platform', 'amd64,arm64']),
  );
});

test('a commit of the SHA-256 object format is one', () => {
  const commit = 'c0'.repeat(32);
  expect(verifyArguments([commit, DIGEST])).toMatchObject({ commit, expected: DIGEST });
  expect(verifyArguments([`${commit}0`, DIGEST])).toBeUndefined();
});

test.each([
  [],
  [COMMIT],
  [DIGEST, COMMIT],
  [COMMIT, DIGEST, 'more'],
  [COMMIT.slice(1), DIGEST],
  [`${COMMIT}0`, DIGEST],
  [COMMIT.toUpperCase(), DIGEST],
  [COMMIT, DIGEST.slice(0, -1)],
  [COMMIT, `${DIGEST}1`],
  [COMMIT, DIGEST.replace('sha256:', '')],
])('%j is no request', (...args) => expect(verifyArguments(args)).toBeUndefined());

test('an option that it does not know is refused', () => {
  expect(() => verifyArguments([COMMIT, DIGEST, '--cached'])).toThrow('--cached');
});
