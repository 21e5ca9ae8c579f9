import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { INSTANCES, KEY_THRESHOLDS, THRESHOLDS } from '../../src/provenance/instance.ts';
import { MAX_ROOT_BYTES, MAX_SEEDS_BYTES } from '../../src/provenance/limits.ts';
import { readPublicGoodRoot } from '../../src/provenance/public-good.ts';
import { readTrustedRoots, rootAgeInDays } from '../../src/provenance/trusted-root.ts';
import { Sigstore } from '../mocks-sigstore/sigstore.ts';
import { at, bytesOf, edited, expectError, github, sigstore } from './support.ts';

const good = sigstore.rootJson();
const goodGithub = github.rootJson();
const read = (value: unknown) => readTrustedRoots(bytesOf(value), 'root');

test('thresholds belong to the instance', () => {
  const logged = { tlogThreshold: 1, ctlogThreshold: 1, timestampThreshold: 1 };
  expect(INSTANCES).toEqual(['public-good', 'github', 'other']);
  expect(THRESHOLDS).toEqual({
    'public-good': logged,
    github: { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 1 },
    other: logged,
  });
  expect(KEY_THRESHOLDS).toEqual({ tlogThreshold: 1, ctlogThreshold: 0, timestampThreshold: 0 });
});

test('a root that is for keys needs a log alone, and is of no known instance', () => {
  const logs = { ...good, certificateAuthorities: [], ctlogs: [], timestampAuthorities: [] };
  const readFor = (value: unknown) => readTrustedRoots(bytesOf(value), 'root', 'keys');
  expect(readFor(logs)).toMatchObject([{ source: 'root', instance: 'other', simulated: false }]);
  expect(readFor(good)).toMatchObject([{ instance: 'other', simulated: true }]);
  expect(
    readTrustedRoots(Buffer.from(`${JSON.stringify(good)}\n${JSON.stringify(logs)}`), 'roots', 'keys'),
  ).toMatchObject([{ source: 'roots, line 1' }, { source: 'roots, line 2' }]);
  expectError(() => readFor({ ...good, tlogs: [] }), 'bad-root', 'root names no transparency log');
  expectError(() => read(logs), 'bad-root', 'root names no certificate authority');
});

test.each([
  ['the public one', new Sigstore({ uri: 'https://fulcio.sigstore.dev' }), 'public-good'],
  ["GitHub's own", new Sigstore({ shape: 'github' }), 'github'],
  ['another', new Sigstore(), 'other'],
  ['one whose name is nearly', new Sigstore({ uri: 'https://fulcio.sigstore.dev/' }), 'other'],
])('a root says which instance it is of: %s', (_what, from, instance) => {
  const bytes = from.root();
  const [root, ...more] = readTrustedRoots(bytes, 'root');
  expect(more).toEqual([]);
  expect(root).toMatchObject({
    source: 'root',
    instance,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    newestStart: from.start,
    simulated: true,
  });
  expect(root?.material.certificateAuthorities).toHaveLength(1);
});

test('the newest start counts, and age is in whole days', () => {
  const later = edited(good, 'timestampAuthorities.0.validFor.start', '2026-03-01T12:00:00.999Z');
  const [root] = read(later);
  const start = Date.UTC(2026, 2, 1, 12) / 1000;
  expect(root?.newestStart).toBe(start);
  const age = (seconds: number): number => rootAgeInDays(root!, start + seconds);
  expect([age(-86_400), age(0), age(86_399), age(86_400), age(5 * 86_400)]).toEqual([0, 0, 0, 1, 5]);
});

test('a root is simulated by the names in its certificates, not by its label', () => {
  const [ca] = (at(good, 'certificateAuthorities') as object[]).map((one) => ({
    ...one,
    subject: { organization: 'sigstore.dev', commonName: 'sigstore' },
  }));
  expect(read(edited(good, 'certificateAuthorities', [ca]))[0]?.simulated).toBe(true);
});

test('several roots are read, one a line, and stay apart', () => {
  const lines = `\n${JSON.stringify(good)}\r\n\n${JSON.stringify(goodGithub)}\n`;
  const roots = readTrustedRoots(Buffer.from(lines), 'roots');
  expect(roots.map(({ source, instance }) => [source, instance])).toEqual([
    ['roots, line 2', 'public-good'],
    ['roots, line 4', 'github'],
  ]);
  expect(readTrustedRoots(Buffer.from(JSON.stringify(good, undefined, 2)), 'root')).toHaveLength(1);
});

test('the number of roots and bytes is bounded', () => {
  const lines = (count: number): Buffer => Buffer.from(`${JSON.stringify(goodGithub)}\n`.repeat(count));
  expect(readTrustedRoots(lines(8), 'roots')).toHaveLength(8);
  expectError(() => readTrustedRoots(lines(9), 'roots'), 'too-many', 'roots has 9 lines, more than 8');
  const large = Buffer.alloc(MAX_ROOT_BYTES + 1, 0x20);
  expectError(() => readTrustedRoots(large, 'r\n'), 'too-large', 'r\\n is larger than 1048576 bytes');
  expectError(() => readTrustedRoots(large.subarray(1), 'r'), 'bad-root', /^r is not the JSON/);
});

const NO_START = 'take the trusted root from its publisher: `gh attestation trusted-root`, or sigstore/root-signing';

test.each([
  ['certificateAuthorities.0.validFor', 'root: certificateAuthorities[0].validFor'],
  ['timestampAuthorities.0.validFor', 'root: timestampAuthorities[0].validFor'],
  ['tlogs.1.publicKey.validFor', 'root: tlogs[1].publicKey.validFor'],
  ['ctlogs.0.publicKey.validFor', 'root: ctlogs[0].publicKey.validFor'],
])('%s has to have a start, and to end after it', (path, name) => {
  for (const value of [undefined, null, {}, { end: '2030-01-01T00:00:00Z' }]) {
    const error = expectError(() => read(edited(good, path, value)), 'bad-root', `${name} has no start`);
    expect(error).toMatchObject({ hint: NO_START, exitCode: 30 });
  }
  for (const start of [
    '2026',
    '2026-13-01T00:00:00Z',
    '2026-01-01T00:00:00',
    '2026-01-01T00:00:00+01:00',
    ' 2026-01-01T00:00:00Z',
    '2026-01-01T00:00:00Zx',
    '',
  ]) {
    expectError(() => read(edited(good, path, { start })), 'bad-root', `${name}.start is not a time`);
  }
  expectError(
    () => read(edited(good, path, { start: 5 })),
    'bad-root',
    `${name}.start is of type number, not a string`,
  );
  const start = '2026-01-01T00:00:00.5Z';
  expectError(() => read(edited(good, path, { start, end: 'x' })), 'bad-root', `${name}.end is not a time`);
  expectError(
    () => read(edited(good, path, { start, end: '2026-01-01T00:00:00.499999999Z' })),
    'bad-root',
    `${name} ends before it starts`,
  );
  expect(read(edited(good, path, { start, end: start }))).toHaveLength(1);
  expect(read(edited(good, path, { start, end: null }))).toHaveLength(1);
});

test.each([
  ['not an object', [], 'root is an array, not an object'],
  ['no media type', edited(good, 'mediaType', undefined), 'root: mediaType is missing'],
  ['another media type', edited(good, 'mediaType', 'x'), "root has the media type 'x', which is no trusted root's"],
  ['no authority', edited(good, 'certificateAuthorities', []), 'root names no certificate authority'],
  ['null for authorities', edited(good, 'certificateAuthorities', null), 'root names no certificate authority'],
  ['no log', edited(good, 'tlogs', undefined), 'root names no transparency log'],
  ['no certificate log', edited(good, 'ctlogs', []), 'root names no certificate transparency log'],
  ['no timestamps at GitHub', edited(goodGithub, 'timestampAuthorities', []), 'root names no timestamp authority'],
  [
    'no chain',
    edited(good, 'certificateAuthorities.0.certChain', undefined),
    'root: certificateAuthorities[0].certChain is missing',
  ],
  [
    'an empty chain',
    edited(good, 'certificateAuthorities.0.certChain.certificates', []),
    'root: certificateAuthorities[0] has no certificate',
  ],
  [
    'a broken certificate',
    edited(good, 'certificateAuthorities.0.certChain.certificates.1.rawBytes', 'YWJj'),
    /^root: certificateAuthorities\[0\]\.certChain\.certificates\[1\]: the outermost element/,
  ],
  [
    'a certificate that is no base64',
    edited(good, 'certificateAuthorities.0.certChain.certificates.0.rawBytes', '?'),
    'root: certificateAuthorities[0].certChain.certificates[0].rawBytes is not base64',
  ],
  [
    'an address that is no text',
    edited(good, 'certificateAuthorities.0.uri', 5),
    'root: certificateAuthorities[0].uri is of type number, not a string',
  ],
  ['a log without a key', edited(good, 'tlogs.0.publicKey', undefined), 'root: tlogs[0].publicKey is missing'],
  [
    'a log with an empty key',
    edited(good, 'tlogs.0.publicKey.rawBytes', ''),
    'root: tlogs[0].publicKey.rawBytes is empty',
  ],
  ['a log with a broken key', edited(good, 'tlogs.0.publicKey.rawBytes', 'YWJj'), /^root: /],
  ['a log without an id', edited(good, 'tlogs.0.logId', undefined), 'root: tlogs[0].logId is missing'],
  [
    'a log whose id is no base64',
    edited(good, 'ctlogs.0.logId.keyId', '-'),
    'root: ctlogs[0].logId.keyId is not base64',
  ],
  ['another hash', edited(good, 'tlogs.0.hashAlgorithm', 'SHA2_512'), 'root: tlogs[0] does not hash with SHA2_256'],
  [
    'a log with a number for address',
    edited(good, 'tlogs.0.baseUrl', 1),
    'root: tlogs[0].baseUrl is of type number, not a string',
  ],
  ['an unknown kind of key', edited(good, 'tlogs.0.publicKey.keyDetails', 'X'), /^root: Unrecognized enum value X/],
])('a root is refused: %s', (_what, value, message) => {
  expectError(() => read(value), 'bad-root', message);
});

test('a root is refused: too many members', () => {
  const many = (count: number) => edited(good, 'tlogs', Array(count).fill(at(good, 'tlogs.0')));
  expect(read(many(64))).toHaveLength(1);
  expectError(() => read(many(65)), 'too-many', 'root: tlogs has 65 items, more than 64');
});

test('members without an address are read', () => {
  expect(
    read(edited(edited(good, 'tlogs.0.baseUrl', undefined), 'timestampAuthorities.0.uri', undefined)),
  ).toHaveLength(1);
});

test('the newer media type is read', () => {
  expect(read({ ...good, mediaType: 'application/vnd.dev.sigstore.trustedroot.v0.2+json' })).toHaveLength(1);
});

test('roots of two instances in one are refused', () => {
  const both = [at(good, 'certificateAuthorities.0'), at(goodGithub, 'certificateAuthorities.0')];
  const error = expectError(
    () => read(edited(good, 'certificateAuthorities', both)),
    'unknown-instance',
    'root mixes authorities of public-good and github',
  );
  expect(error).toMatchObject({ exitCode: 20, hint: 'give each instance a root of its own' });
});

test.each(['tlogs', 'ctlogs'])("GitHub's root with %s is refused", (name) => {
  const log = edited(good, 'tlogs.0.baseUrl', 'https://x\u202e').tlogs;
  expectError(
    () => read(edited(goodGithub, name, log)),
    'unknown-instance',
    "root is GitHub's and yet names the log 'https://x\\u{202e}'",
  );
});

test('bytes that are no JSON or no UTF-8 are refused', () => {
  expectError(() => readTrustedRoots(Buffer.from('{'), 'root'), 'bad-root', /^root is not the JSON/);
  expectError(() => readTrustedRoots(Buffer.from([0xff]), 'root'), 'bad-root', /^root: The encoded data was not valid/);
});

test('the public root has to be the one whose hash is written down', () => {
  const repository = 'https://tuf-repo-cdn.sigstore.dev';
  const withRoot = (bytes: string) => bytesOf({ [repository]: { targets: { 'trusted_root.json': bytes } } });
  const other = sigstore.root();
  const hash = createHash('sha256').update(other).digest('hex');
  const error = expectError(
    () => readPublicGoodRoot(withRoot(other.toString('base64')), 'seeds'),
    'wrong-root',
    `seeds holds the root ${hash}, not 6494e21ea73fa7ee769f85f57d5a3e6a08725eae1e38c755fc3517c9e6bc0b66`,
  );
  expect(error).toMatchObject({
    exitCode: 10,
    hint: 'take the version of @sigstore/tuf that package-lock.json names, or give the root as a file',
  });
  expectError(() => readPublicGoodRoot(withRoot('?'), 'seeds'), 'bad-root', 'seeds: trusted_root.json is not base64');
  expectError(() => readPublicGoodRoot(bytesOf({}), 'seeds'), 'bad-root', `seeds: ${repository} is missing`);
  expectError(() => readPublicGoodRoot(bytesOf([]), 'seeds'), 'bad-root', 'seeds is an array, not an object');
  expectError(
    () => readPublicGoodRoot(bytesOf({ [repository]: {} }), 'seeds'),
    'bad-root',
    'seeds: targets is missing',
  );
  const large = Buffer.alloc(MAX_SEEDS_BYTES + 1, 0x20);
  expectError(() => readPublicGoodRoot(large, 'seeds'), 'bad-root', 'seeds is larger than 4194304 bytes');
});
