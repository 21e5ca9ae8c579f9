import { describe, expect, test } from 'vitest';
import { readKeyBundle } from '../../src/provenance/bundle.ts';
import { BUNDLE_MEDIA_TYPES, V01_MEDIA_TYPE, versionOf } from '../../src/provenance/media-type.ts';
import { V03 } from '../mocks-sigstore/sigstore.ts';
import { at, edited, expectError, read, sigstore } from './support.ts';

const MATERIAL = 'verificationMaterial';
const ENTRY = `${MATERIAL}.tlogEntries.0`;
const ENTRY_NAME = `bundle.${MATERIAL}.tlogEntries[0]`;
const PROOF = `${ENTRY}.inclusionProof`;
const STAMPS = `${MATERIAL}.timestampVerificationData`;

const good = sigstore.bundle({ timestamp: true });
const message = sigstore.message(Buffer.from('hello'));
const bytes = (length: number): string => Buffer.alloc(length, 1).toString('base64');
const leaf = at(good, `${MATERIAL}.certificate`);

test('the media types are a closed list, one version in two spellings', () => {
  expect(BUNDLE_MEDIA_TYPES.map((type) => [type, versionOf(type, 'it')])).toEqual([
    ['application/vnd.dev.sigstore.bundle+json;version=0.1', '0.1'],
    ['application/vnd.dev.sigstore.bundle+json;version=0.2', '0.2'],
    ['application/vnd.dev.sigstore.bundle+json;version=0.3', '0.3'],
    ['application/vnd.dev.sigstore.bundle.v0.3+json', '0.3'],
  ]);
  expect(V01_MEDIA_TYPE).toBe('application/vnd.dev.sigstore.bundle+json;version=0.1');
});

test.each([
  'application/vnd.dev.sigstore.bundle.v0.9+json',
  'application/vnd.dev.sigstore.bundle+json;version=99.9',
  'application/vnd.dev.sigstore.bundle+json;version=0.1 ',
  'application/vnd.dev.sigstore.bundle.v0.1+json',
  'constructor',
  '',
])('the media type %j is refused', (mediaType) => {
  const error = expectError(
    () => read({ ...good, mediaType }),
    'media-type',
    `bundle has the media type '${mediaType}', which is not known`,
  );
  expect(error).toMatchObject({ exitCode: 20, hint: 'bundles of the versions 0.1, 0.2 and 0.3 are read' });
});

test('a bundle of a statement is read', () => {
  const bundle = read(good);
  expect(bundle.version).toBe('0.3');
  expect(Buffer.from(bundle.leaf).toString('base64')).toBe(at(leaf, 'rawBytes'));
  expect(bundle.content).toMatchObject({ kind: 'statement', payloadType: 'application/vnd.in-toto+json' });
  const { payload } = bundle.content as { payload: Buffer };
  expect(payload.toString('base64')).toBe(at(good, 'dsseEnvelope.payload'));
  expect(bundle.bundle.mediaType).toBe(V03);
});

test('a bundle of a message is read', () => {
  expect(read(message).content).toEqual({
    kind: 'message',
    algorithm: 'sha256',
    digest: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
    signature: Buffer.from(at(message, 'messageSignature.signature') as string, 'base64'),
  });
});

test.each([
  ['SHA2_256', 'sha256', 32],
  ['SHA2_384', 'sha384', 48],
  ['SHA2_512', 'sha512', 64],
])('the digest of a message may be %s', (name, algorithm, length) => {
  const where = 'messageSignature.messageDigest';
  const of = (count: number) => edited(edited(message, `${where}.algorithm`, name), `${where}.digest`, bytes(count));
  expect(read(of(length)).content).toMatchObject({ algorithm, digest: '01'.repeat(length) });
  const short = `bundle.${where}.digest has ${length - 1} bytes, not ${length}`;
  expectError(() => read(of(length - 1)), 'bad-bundle', short);
  expectError(() => read(of(length + 1)), 'too-large', `bundle.${where}.digest has more than ${length} bytes`);
});

test('a leaf at the head of a chain is read in v0.1 and v0.2, and the chain is not', () => {
  const chain = { certificates: [leaf, { rawBytes: bytes(3) }] };
  const chained = edited(edited(good, `${MATERIAL}.certificate`, undefined), `${MATERIAL}.x509CertificateChain`, chain);
  for (const version of ['0.1', '0.2']) {
    const bundle = read({ ...chained, mediaType: `application/vnd.dev.sigstore.bundle+json;version=${version}` });
    expect(bundle.version).toBe(version);
    expect(Buffer.from(bundle.leaf).toString('base64')).toBe(at(leaf, 'rawBytes'));
  }
  // The library's own rule: from v0.3 on there is no chain.
  expectError(() => read(chained), 'bad-bundle', 'bundle: invalid bundle');
});

test.each([
  ['null where a field may be absent', edited(good, `${ENTRY}.inclusionPromise`, null)],
  ['an entry without promise', edited(good, `${ENTRY}.inclusionPromise`, undefined)],
  ['no timestamps', edited(good, STAMPS, undefined)],
  ['null for no timestamps', edited(good, STAMPS, null)],
  ['empty timestamps', edited(good, STAMPS, {})],
  ['no entries', edited(good, `${MATERIAL}.tlogEntries`, undefined)],
  ['a key hint', edited(good, 'dsseEnvelope.signatures.0.keyid', 'key')],
  ['numbers as numbers', edited(good, `${ENTRY}.logIndex`, 7)],
  ['an index of 0 left out', edited(edited(good, `${ENTRY}.logIndex`, undefined), `${PROOF}.logIndex`, undefined)],
  ['no hashes', edited(good, `${PROOF}.hashes`, undefined)],
  ['the largest index', edited(good, `${ENTRY}.logIndex`, '9007199254740991')],
  ['eight entries', edited(good, `${MATERIAL}.tlogEntries`, Array(8).fill(at(good, ENTRY)))],
  ['eight timestamps', edited(good, `${STAMPS}.rfc3161Timestamps`, Array(8).fill({ signedTimestamp: bytes(65_536) }))],
  ['64 hashes', edited(good, `${PROOF}.hashes`, Array(64).fill(bytes(32)))],
  ['the longest checkpoint', edited(good, `${PROOF}.checkpoint.envelope`, 'x'.repeat(16_384))],
  ['the longest signature', edited(good, 'dsseEnvelope.signatures.0.sig', bytes(4096))],
  ['the longest certificate', edited(good, `${MATERIAL}.certificate.rawBytes`, bytes(65_536))],
  ['the longest type', edited(good, 'dsseEnvelope.payloadType', 'x'.repeat(256))],
])('the shape is right: %s', (_what, value) => {
  expect(read(value)).toHaveProperty('bundle');
});

const NOT_BASE64 = ['!', 'YQ', 'YQ=', 'YR==', 'YQ==\n', 'YQ==YQ==', '_w==', 'Y'];

describe.each([
  [`${MATERIAL}.certificate.rawBytes`, `bundle.${MATERIAL}.certificate.rawBytes`, 65_536],
  [`${ENTRY}.canonicalizedBody`, `${ENTRY_NAME}.canonicalizedBody`, 16 * 1024 * 1024],
  [`${ENTRY}.inclusionPromise.signedEntryTimestamp`, `${ENTRY_NAME}.inclusionPromise.signedEntryTimestamp`, 4096],
  [`${STAMPS}.rfc3161Timestamps.0.signedTimestamp`, `bundle.${STAMPS}.rfc3161Timestamps[0].signedTimestamp`, 65_536],
  ['dsseEnvelope.payload', 'bundle.dsseEnvelope.payload', 16 * 1024 * 1024],
  ['dsseEnvelope.signatures.0.sig', 'bundle.dsseEnvelope.signatures[0].sig', 4096],
])('the bytes of %s', (path, name, max) => {
  test.each(NOT_BASE64)('are base64, which %j is not', (value) => {
    expectError(() => read(edited(good, path, value)), 'bad-bundle', `${name} is not base64`);
  });

  test('are there, not empty, not too many, and a string', () => {
    expectError(() => read(edited(good, path, '')), 'bad-bundle', `${name} is empty`);
    expectError(() => read(edited(good, path, undefined)), 'bad-bundle', `${name} is missing`);
    expectError(() => read(edited(good, path, 5)), 'bad-bundle', `${name} is of type number, not a string`);
    for (const more of [1, 3]) {
      expectError(() => read(edited(good, path, bytes(max + more))), 'too-large', `${name} has more than ${max} bytes`);
    }
  });
});

describe.each([
  [`${ENTRY}.logId.keyId`, `${ENTRY_NAME}.logId.keyId`, good],
  [`${PROOF}.rootHash`, `${ENTRY_NAME}.inclusionProof.rootHash`, good],
  [`${PROOF}.hashes.0`, `${ENTRY_NAME}.inclusionProof.hashes[0]`, good],
  ['messageSignature.messageDigest.digest', 'bundle.messageSignature.messageDigest.digest', message],
])('the hash at %s', (path, name, value) => {
  test('has 32 bytes', () => {
    expectError(() => read(edited(value, path, bytes(31))), 'bad-bundle', `${name} has 31 bytes, not 32`);
    for (const length of [33, 34]) {
      expectError(() => read(edited(value, path, bytes(length))), 'too-large', `${name} has more than 32 bytes`);
    }
  });
});

describe.each([
  [`${ENTRY}.logIndex`, `${ENTRY_NAME}.logIndex`],
  [`${ENTRY}.integratedTime`, `${ENTRY_NAME}.integratedTime`],
  [`${PROOF}.logIndex`, `${ENTRY_NAME}.inclusionProof.logIndex`],
  [`${PROOF}.treeSize`, `${ENTRY_NAME}.inclusionProof.treeSize`],
])('the number at %s', (path, name) => {
  test.each(['9007199254740992', '-1', -1, 1.5, '01', '', '1e3', '0x1', '12345678901234567', true, {}])(
    'is whole, which %j is not',
    (value) => {
      expectError(
        () => read(edited(good, path, value)),
        'bad-bundle',
        `${name} is not a whole number from 0 to 2^53 - 1`,
      );
    },
  );
});

// A field that the format does not have, at every level.
test.each([
  ['', 'bundle'],
  [MATERIAL, `bundle.${MATERIAL}`],
  [`${MATERIAL}.certificate`, `bundle.${MATERIAL}.certificate`],
  [ENTRY, ENTRY_NAME],
  [`${ENTRY}.logId`, `${ENTRY_NAME}.logId`],
  [`${ENTRY}.kindVersion`, `${ENTRY_NAME}.kindVersion`],
  [`${ENTRY}.inclusionPromise`, `${ENTRY_NAME}.inclusionPromise`],
  [PROOF, `${ENTRY_NAME}.inclusionProof`],
  [`${PROOF}.checkpoint`, `${ENTRY_NAME}.inclusionProof.checkpoint`],
  [STAMPS, `bundle.${STAMPS}`],
  [`${STAMPS}.rfc3161Timestamps.0`, `bundle.${STAMPS}.rfc3161Timestamps[0]`],
  ['dsseEnvelope', 'bundle.dsseEnvelope'],
  ['dsseEnvelope.signatures.0', 'bundle.dsseEnvelope.signatures[0]'],
])('a field that the format does not have is refused in %j', (path, name) => {
  expectError(
    () => read(edited(good, path === '' ? 'surprise' : `${path}.surprise`, 1)),
    'bad-bundle',
    `${name} has the field 'surprise', which the format does not have`,
  );
});

test.each([
  ['messageSignature', 'bundle.messageSignature'],
  ['messageSignature.messageDigest', 'bundle.messageSignature.messageDigest'],
])('a field that the format does not have is refused in %j', (path, name) => {
  expectError(
    () => read(edited(message, `${path}.surprise`, 1)),
    'bad-bundle',
    `${name} has the field 'surprise', which the format does not have`,
  );
});

test('the name of such a field is cut and escaped', () => {
  const whole = 'x'.repeat(80);
  expectError(
    () => read({ ...good, [whole]: 1 }),
    'bad-bundle',
    `bundle has the field '${whole}', which the format does not have`,
  );
  const field = `\u202e${'x'.repeat(100)}`;
  expectError(
    () => read({ ...good, [field]: 1 }),
    'bad-bundle',
    `bundle has the field '\\u{202e}${'x'.repeat(79)}…', which the format does not have`,
  );
});

const CHAIN = `${MATERIAL}.x509CertificateChain`;
const withoutLeaf = edited(good, `${MATERIAL}.certificate`, undefined);

test.each([
  ['not an object', [], `bundle is an array, not an object`],
  ['no media type', edited(good, 'mediaType', undefined), 'bundle.mediaType is missing'],
  ['no material', edited(good, MATERIAL, undefined), `bundle.${MATERIAL} is missing`],
  ['no certificate', withoutLeaf, `bundle.${MATERIAL}.certificate is missing`],
  [
    'a certificate twice',
    edited(good, CHAIN, { certificates: [leaf] }),
    `bundle.${MATERIAL} has both a certificate and a chain`,
  ],
  ['an empty chain', edited(withoutLeaf, CHAIN, { certificates: [] }), `bundle.${CHAIN}.certificates is empty`],
  ['a chain without a list', edited(withoutLeaf, CHAIN, {}), `bundle.${CHAIN}.certificates is missing`],
  [
    'a surprise in the chain',
    edited(withoutLeaf, CHAIN, { certificates: [leaf], a: 1 }),
    `bundle.${CHAIN} has the field 'a', which the format does not have`,
  ],
  [
    'a broken second certificate',
    edited(withoutLeaf, CHAIN, { certificates: [leaf, {}] }),
    `bundle.${CHAIN}.certificates[1].rawBytes is missing`,
  ],
  ['no signature', edited(good, 'dsseEnvelope.signatures', []), 'bundle.dsseEnvelope has 0 signatures, not 1'],
  ['two signatures', edited(good, 'dsseEnvelope.signatures', [{}, {}]), 'bundle.dsseEnvelope has 2 signatures, not 1'],
  [
    'a key hint that is a number',
    edited(good, 'dsseEnvelope.signatures.0.keyid', 5),
    'bundle.dsseEnvelope.signatures[0].keyid is of type number, not a string',
  ],
  ['no type of payload', edited(good, 'dsseEnvelope.payloadType', ''), 'bundle.dsseEnvelope.payloadType is empty'],
  ['no content', edited(good, 'dsseEnvelope', undefined), 'bundle.dsseEnvelope is missing'],
  [
    'two contents',
    { ...good, messageSignature: message.messageSignature },
    'bundle has both an envelope and a message signature',
  ],
  [
    'entries that are no list',
    edited(good, `${MATERIAL}.tlogEntries`, {}),
    `bundle.${MATERIAL}.tlogEntries is of type object, not an array`,
  ],
  ['no kind', edited(good, `${ENTRY}.kindVersion.kind`, undefined), `${ENTRY_NAME}.kindVersion.kind is missing`],
  [
    'no version of the kind',
    edited(good, `${ENTRY}.kindVersion.version`, ''),
    `${ENTRY_NAME}.kindVersion.version is empty`,
  ],
  ['no log id', edited(good, `${ENTRY}.logId`, undefined), `${ENTRY_NAME}.logId is missing`],
  [
    'an empty checkpoint',
    edited(good, `${PROOF}.checkpoint.envelope`, ''),
    `${ENTRY_NAME}.inclusionProof.checkpoint.envelope is empty`,
  ],
  ['no checkpoint in v0.3', edited(good, `${PROOF}.checkpoint`, undefined), 'bundle: invalid bundle'],
  ['no proof in v0.3', edited(good, PROOF, undefined), 'bundle: invalid bundle'],
  [
    'SHA-3',
    edited(message, 'messageSignature.messageDigest.algorithm', 'SHA3_256'),
    "bundle.messageSignature.messageDigest.algorithm is 'SHA3_256', not a SHA-2 that is known",
  ],
  [
    'no message signature',
    edited(message, 'messageSignature.signature', undefined),
    'bundle.messageSignature.signature is missing',
  ],
])('the shape is wrong: %s', (_what, value, text) => {
  expect(expectError(() => read(value), 'bad-bundle', text).exitCode).toBe(30);
});

test.each([
  [
    'nine entries',
    edited(good, `${MATERIAL}.tlogEntries`, Array(9).fill({})),
    `bundle.${MATERIAL}.tlogEntries has 9 items, more than 8`,
  ],
  [
    'nine timestamps',
    edited(good, `${STAMPS}.rfc3161Timestamps`, Array(9).fill({})),
    `bundle.${STAMPS}.rfc3161Timestamps has 9 items, more than 8`,
  ],
  [
    '65 hashes',
    edited(good, `${PROOF}.hashes`, Array(65).fill('')),
    `${ENTRY_NAME}.inclusionProof.hashes has 65 items, more than 64`,
  ],
  [
    'eleven certificates',
    edited(withoutLeaf, CHAIN, { certificates: Array(11).fill(leaf) }),
    `bundle.${CHAIN}.certificates has 11 items, more than 10`,
  ],
])('there is too much: %s', (_what, value, text) => {
  expectError(() => read(value), 'too-many', text);
});

test.each([
  [
    'a long checkpoint',
    edited(good, `${PROOF}.checkpoint.envelope`, 'x'.repeat(16_385)),
    `${ENTRY_NAME}.inclusionProof.checkpoint.envelope has 16385 characters, more than 16384`,
  ],
  [
    'a long type',
    edited(good, 'dsseEnvelope.payloadType', 'x'.repeat(257)),
    'bundle.dsseEnvelope.payloadType has 257 characters, more than 256',
  ],
  [
    'a long kind',
    edited(good, `${ENTRY}.kindVersion.kind`, 'x'.repeat(257)),
    `${ENTRY_NAME}.kindVersion.kind has 257 characters, more than 256`,
  ],
])('it is too large: %s', (_what, value, text) => {
  expectError(() => read(value), 'too-large', text);
});

describe('a bundle signed with a bare key', () => {
  const bare = edited(good, `${MATERIAL}.certificate`, undefined);
  const keyed = edited(bare, `${MATERIAL}.publicKey`, { hint: 'key' });
  const readKeyed = (value: unknown) => readKeyBundle(value, 'bundle');

  test('is none of a build', () => {
    const text = `bundle.${MATERIAL} is signed with a bare key, not with a certificate`;
    expect(expectError(() => read(keyed), 'key-bundle', text)).toMatchObject({
      exitCode: 20,
      hint: 'give a bundle of a build that was signed with an identity (keyless)',
    });
  });

  test('is read where it is asked for', () => {
    expect(readKeyed(keyed)).toMatchObject({ version: '0.3', hint: 'key', content: { kind: 'statement' } });
    expect(readKeyed(keyed)).not.toHaveProperty('leaf');
    expect(readKeyed(edited(bare, `${MATERIAL}.publicKey`, {})).hint).toBe('');
    expect(readKeyed(edited(bare, `${MATERIAL}.publicKey`, { hint: '' })).hint).toBe('');
    expect(readKeyed(edited(bare, `${MATERIAL}.publicKey`, { hint: 'x'.repeat(256) })).hint).toHaveLength(256);
  });

  test.each([
    ['a certificate', good, 'bad-bundle', `${MATERIAL} is signed with a certificate, not with a bare key`],
    [
      'both',
      edited(good, `${MATERIAL}.publicKey`, { hint: 'key' }),
      'bad-bundle',
      `${MATERIAL} has both a bare key and a certificate`,
    ],
    [
      'a key and a chain',
      edited(keyed, `${MATERIAL}.x509CertificateChain`, { certificates: [leaf] }),
      'bad-bundle',
      `${MATERIAL} has both a bare key and a certificate`,
    ],
    [
      'the key itself',
      edited(bare, `${MATERIAL}.publicKey`, { rawBytes: 'AA==' }),
      'bad-bundle',
      `${MATERIAL}.publicKey has the field 'rawBytes', which the format does not have`,
    ],
    [
      'a hint that is no text',
      edited(bare, `${MATERIAL}.publicKey`, { hint: 5 }),
      'bad-bundle',
      `${MATERIAL}.publicKey.hint is of type number, not a string`,
    ],
    [
      'a long hint',
      edited(bare, `${MATERIAL}.publicKey`, { hint: 'x'.repeat(257) }),
      'too-large',
      `${MATERIAL}.publicKey.hint has 257 characters, more than 256`,
    ],
    ['neither', bare, 'bad-bundle', `${MATERIAL}.certificate is missing`],
  ] as const)('is refused with %s', (_what, value, code, text) => {
    expectError(() => readKeyed(value), code, `bundle.${text}`);
  });
});
