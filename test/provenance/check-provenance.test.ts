import { expect, test } from 'vitest';
import { checkProvenance } from '../../src/provenance/check-provenance.ts';
import { MAX_BUNDLES } from '../../src/provenance/limits.ts';
import { readBundles } from '../../src/provenance/read-bundles.ts';
import { PROVENANCE_CHECK_IDS } from '../../src/provenance/result.ts';
import { claimsOf } from '../mocks-sigstore/claims.ts';
import { IMAGE } from '../mocks-sigstore/sigstore.ts';
import { bytesOf, checkAll, EXPECTED, expectError, NOW, root, sigstore } from './support.ts';

const good = sigstore.bundle();
const far = sigstore.bundle({ log: false });
const near = sigstore.bundle({ digest: '1'.repeat(64) });
const nearer = sigstore.bundle({ claims: claimsOf({ runner: 'self-hosted' }) });
const other = sigstore.bundle({
  statement: (statement) => ({ ...statement, predicateType: 'https://spdx.dev/Document' }),
});
const message = sigstore.message(Buffer.from('x'));

test('the ids are a closed list', () => {
  expect(PROVENANCE_CHECK_IDS).toEqual(
    [
      'bundle',
      'subject',
      'issuer',
      'repository',
      'commit',
      'workflow',
      'ref',
      'runner',
      'trigger',
      'predicate',
      'agreement',
    ].map((name) => `provenance.${name}`),
  );
});

test('one bundle that passes is enough, and the others are listed with their reasons', () => {
  const result = checkAll([other, near, message, good, good]);
  expect(result.chosen).toBe(result.bundles[3]);
  expect(result.checks).toBe(result.chosen?.checks);
  expect(result.bundles.map(({ origin, status, reasons }) => [origin, status, reasons])).toEqual([
    ['bundle 1', 'ignored', ['an attestation of another kind: https://spdx.dev/Document']],
    [
      'bundle 2',
      'rejected',
      [
        `provenance.subject: no subject has the digest of the image, expected sha256:${IMAGE}, found ghcr.io/acme/launcher sha256:${'1'.repeat(64)}`,
      ],
    ],
    ['bundle 3', 'ignored', ['a signature over a message, no attestation']],
    ['bundle 4', 'accepted', []],
    ['bundle 5', 'accepted', []],
  ]);
  expect(result.bundles[0]).toMatchObject({ instance: undefined, simulated: false, facts: {} });
  expect(result.bundles[0]?.checks).toMatchObject({
    'provenance.bundle': {
      state: 'not-checked',
      exit: 13,
      summary: 'an attestation of another kind: https://spdx.dev/Document',
    },
    'provenance.subject': { state: 'not-checked', summary: 'the bundle is no provenance of a kind that was asked for' },
  });
});

test('where none passes, the one that came nearest speaks, the first of equals', () => {
  expect(checkAll([far, near, nearer, other]).chosen?.origin).toBe('bundle 2');
  expect(checkAll([near, far]).chosen?.origin).toBe('bundle 1');
  expect(checkAll([far, {}]).chosen?.origin).toBe('bundle 1');
  const two = sigstore.bundle({ digest: '1'.repeat(64), claims: claimsOf({ runner: 'self-hosted' }) });
  const result = checkAll([two, nearer]);
  expect(result.chosen?.origin).toBe('bundle 2');
  expect(result.checks['provenance.runner'].state).toBe('failed');
});

test('a check that passes on one bundle does not mend another', () => {
  const result = checkAll([near, nearer]);
  expect(Object.values(result.checks).filter(({ state }) => state === 'failed')).toHaveLength(1);
  expect(result.bundles.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

const HINT = 'give the file that `gh attestation download` wrote';

test.each([
  ['no bundle', [], 'no bundle was given or found'],
  ['only others', [other, message], 'none of the bundles (2) is provenance of a kind that was asked for'],
])('nothing is checked where there is nothing to check: %s', (_what, bundles, summary) => {
  const result = checkAll(bundles);
  expect(result.chosen).toBeUndefined();
  expect(result.bundles).toHaveLength(bundles.length);
  expect(Object.keys(result.checks)).toEqual([...PROVENANCE_CHECK_IDS]);
  for (const [id, check] of Object.entries(result.checks)) {
    const hint = id === 'provenance.bundle' ? { hint: HINT } : {};
    expect(check).toEqual({ state: 'not-checked', exit: 13, summary, ...hint });
  }
});

test('nothing is checked without a root', () => {
  const result = checkAll([good], { roots: [] });
  expect(result).toMatchObject({ chosen: undefined, bundles: [] });
  for (const check of Object.values(result.checks)) {
    expect(check).toEqual({ state: 'not-checked', exit: 13, summary: 'no trusted root was given' });
  }
});

const input = {
  bundles: [],
  subjectDigests: { image: `sha256:${IMAGE}` },
  expectations: EXPECTED,
  roots: [root],
  now: NOW,
};

test.each([Number.NaN, Number.POSITIVE_INFINITY])('the time %d is no time', (now) => {
  expectError(
    () => checkProvenance({ ...input, now }),
    'bad-expectation',
    'the time to judge for is not a finite number of seconds',
  );
});

test('what cannot be meant is an error, also where there is nothing to check', () => {
  expectError(
    () => checkProvenance({ ...input, roots: [], expectations: { commit: '' } }),
    'bad-expectation',
    /commit/,
  );
  expectError(
    () => checkProvenance({ ...input, roots: [], subjectDigests: { image: '' } }),
    'bad-expectation',
    /image/,
  );
});

test('the number of bundles is bounded', () => {
  const [source] = readBundles(bytesOf({}), 'x');
  const many = (count: number) => checkProvenance({ ...input, bundles: Array(count).fill(source) });
  expect(many(MAX_BUNDLES).bundles).toHaveLength(MAX_BUNDLES);
  expectError(() => many(MAX_BUNDLES + 1), 'too-many', '201 bundles are more than 200');
});
