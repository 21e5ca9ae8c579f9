import { expect, test } from 'vitest';
import type { RegistryErrorCode } from '../../src/registry/errors.ts';
import { readImageConfig } from '../../src/registry/image-config.ts';
import { readManifest } from '../../src/registry/manifest.ts';
import { bareType } from '../../src/registry/media-types.ts';
import { OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_MANIFEST, sha256 } from './fake-registry.ts';
import { failure } from './failure.ts';

const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
const D = sha256('x');
const config = { mediaType: OCI_CONFIG, digest: D, size: 1 };
const layer = { mediaType: OCI_LAYER, digest: D, size: 2 };
const manifest = { schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [layer] };
const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [layer] };

const read = (document: unknown, served = (document as { mediaType?: string }).mediaType ?? '') =>
  readManifest(Buffer.from(JSON.stringify(document)), served, 'it');
const BARE = { artifactType: undefined, platform: undefined, annotations: {} };

test('a manifest comes with all that it says', () => {
  const whole = {
    ...manifest,
    artifactType: 'a/b',
    annotations: { k: 'v', ['__proto__']: 'w' },
    subject: { ...layer, size: 0 },
    config: { ...config, urls: ['http://169.254.169.254/'], data: 'AAAA' },
    layers: [
      {
        ...layer,
        annotations: { a: 'b' },
        artifactType: 'c/d',
        platform: { os: 'linux', architecture: 'arm', variant: 'v7' },
      },
    ],
  };
  expect(read(whole)).toEqual({
    kind: 'manifest',
    mediaType: OCI_MANIFEST,
    artifactType: 'a/b',
    annotations: Object.fromEntries([
      ['k', 'v'],
      ['__proto__', 'w'],
    ]),
    subject: { ...layer, ...BARE, size: 0 },
    config: { ...config, ...BARE },
    layers: [
      {
        ...layer,
        annotations: { a: 'b' },
        artifactType: 'c/d',
        platform: { os: 'linux', architecture: 'arm', variant: 'v7' },
      },
    ],
  });
});

test('an index comes with its manifests; none may be written as null', () => {
  expect(
    read({ ...index, manifests: [{ ...layer, platform: { os: 'linux', architecture: 'amd64', 'os.version': '1' } }] }),
  ).toEqual({
    kind: 'index',
    mediaType: OCI_INDEX,
    artifactType: undefined,
    annotations: {},
    subject: undefined,
    manifests: [{ ...layer, ...BARE, platform: { os: 'linux', architecture: 'amd64', variant: undefined } }],
  });
  expect(read({ ...index, manifests: null, annotations: null })).toMatchObject({ manifests: [], annotations: {} });
});

test('Docker’s types are known, and a document of OCI need not say what it is', () => {
  expect(read({ ...manifest, mediaType: DOCKER_MANIFEST })).toMatchObject({
    kind: 'manifest',
    mediaType: DOCKER_MANIFEST,
  });
  expect(read({ ...index, mediaType: DOCKER_LIST })).toMatchObject({ kind: 'index' });
  const { mediaType: _, ...silent } = manifest;
  expect(read(silent, OCI_MANIFEST)).toMatchObject({ kind: 'manifest', mediaType: OCI_MANIFEST });
});

const times = (count: number) => Array.from({ length: count }, () => layer);
const annotations = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, 'v']));

test.each<[string, unknown, RegistryErrorCode, RegExp]>([
  [
    'an unknown type',
    { ...manifest, mediaType: 'a/\x1b' },
    'media-type',
    /^it has the media type 'a\/\\x1b', which is not known$/,
  ],
  ['a type of the prototype', { ...manifest, mediaType: 'constructor' }, 'media-type', /'constructor'/],
  ['schema 1', { ...manifest, schemaVersion: 1 }, 'bad-manifest', /^it has no schemaVersion 2$/],
  ['no schema', { mediaType: OCI_MANIFEST, config, layers: [] }, 'bad-manifest', /^it has no schemaVersion 2$/],
  [
    'both kinds',
    { ...manifest, manifests: [] },
    'bad-manifest',
    /^it is an image manifest and has 'manifests' as the other kind does$/,
  ],
  [
    'both kinds, as index, by layers',
    { ...index, layers: [] },
    'bad-manifest',
    /^it is an image index and has 'layers'/,
  ],
  ['both kinds, as index, by config', { ...index, config }, 'bad-manifest', /^it is an image index and has 'config'/],
  ['no config', { ...manifest, config: undefined }, 'bad-manifest', /^it: config is missing$/],
  ['no layers', { ...manifest, layers: undefined }, 'bad-manifest', /^it: layers is missing$/],
  ['layers that are null', { ...manifest, layers: null }, 'bad-manifest', /^it: layers is null, not an array$/],
  ['no manifests', { ...index, manifests: undefined }, 'bad-manifest', /^it: manifests is missing$/],
  ['too many layers', { ...manifest, layers: times(257) }, 'too-large', /^it: layers has 257 items, more than 256$/],
  [
    'too many manifests',
    { ...index, manifests: times(1025) },
    'too-large',
    /^it: manifests has 1025 items, more than 1024$/,
  ],
  [
    'a digest that is none',
    { ...manifest, layers: [layer, { ...layer, digest: 'sha256:../x' }] },
    'bad-manifest',
    /^it: layers\[1\]\.digest is 'sha256:\.\.\/x', which is no digest$/,
  ],
  [
    'a digest of another type',
    { ...manifest, config: { ...config, digest: 5 } },
    'bad-manifest',
    /^it: config\.digest is of type number/,
  ],
  ['a negative size', { ...manifest, config: { ...config, size: -1 } }, 'bad-manifest', /^it: config\.size is -1/],
  [
    'no media type in a descriptor',
    { ...manifest, config: { ...config, mediaType: undefined } },
    'bad-manifest',
    /^it: config\.mediaType is missing$/,
  ],
  [
    'a long media type',
    { ...manifest, config: { ...config, mediaType: 'x'.repeat(513) } },
    'bad-manifest',
    /^it: config\.mediaType has more than 512 characters$/,
  ],
  [
    'an artifact type that is none',
    { ...manifest, layers: [{ ...layer, artifactType: 1 }] },
    'bad-manifest',
    /artifactType is of type number/,
  ],
  [
    'an artifact type of its own that is none',
    { ...manifest, artifactType: 1 },
    'bad-manifest',
    /^it: artifactType is of type number/,
  ],
  [
    'a platform without os',
    { ...index, manifests: [{ ...layer, platform: { architecture: 'amd64' } }] },
    'bad-manifest',
    /manifests\[0\]\.platform\.os is missing$/,
  ],
  [
    'a platform without architecture',
    { ...index, manifests: [{ ...layer, platform: { os: 'linux' } }] },
    'bad-manifest',
    /platform\.architecture is missing$/,
  ],
  [
    'a variant that is none',
    { ...index, manifests: [{ ...layer, platform: { os: 'a', architecture: 'b', variant: 1 } }] },
    'bad-manifest',
    /platform\.variant is of type number/,
  ],
  ['annotations that are none', { ...manifest, annotations: ['x'] }, 'bad-manifest', /^it: annotations is an array/],
  [
    'annotations that are numbers',
    { ...manifest, layers: [{ ...layer, annotations: { a: 1 } }] },
    'bad-manifest',
    /^it: layers\[0\]\.annotations: a is of type number/,
  ],
  [
    'too many annotations',
    { ...manifest, annotations: annotations(257) },
    'too-large',
    /^it: annotations has 257 items, more than 256$/,
  ],
  ['a subject that is none', { ...manifest, subject: {} }, 'bad-manifest', /^it: subject\.mediaType is missing$/],
  ['another type of its own', { ...manifest, mediaType: 5 }, 'bad-manifest', /^it: mediaType is of type number/],
])('a document with %s is refused', async (_, document, code, message) => {
  const error = await failure(() => read(document));
  expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
});

test('numbers of things hold at their edge', () => {
  expect(read({ ...manifest, layers: times(256), annotations: annotations(256) })).toMatchObject({ kind: 'manifest' });
  expect(read({ ...index, manifests: times(1024) })).toMatchObject({ kind: 'index' });
  expect(read({ ...manifest, config: { ...config, mediaType: 'x'.repeat(512) } })).toMatchObject({ kind: 'manifest' });
});

test('what a document says that it is and what it is served as must agree', async () => {
  expect(await failure(() => read(manifest, OCI_INDEX))).toMatchObject({
    code: 'bad-manifest',
    exitCode: 30,
    message: `it is served as '${OCI_INDEX}' and says that it is '${OCI_MANIFEST}'`,
  });
  expect(await failure(() => read(manifest, 'text/html\x07'))).toMatchObject({
    message: `it is served as 'text/html\\x07' and says that it is '${OCI_MANIFEST}'`,
  });
  const { mediaType: _, ...silent } = manifest;
  expect(await failure(() => read(silent, 'application/json'))).toMatchObject({
    code: 'media-type',
    exitCode: 20,
    hint: expect.stringContaining('OCI and of Docker'),
  });
});

test('text that is no JSON, or says a thing twice, is refused', async () => {
  const raw = (text: string | Uint8Array) =>
    failure(() => readManifest(Buffer.from(text as string), OCI_MANIFEST, 'it'));
  expect(await raw('<html>')).toMatchObject({ code: 'bad-manifest', exitCode: 30, cause: { code: 'syntax' } });
  expect(await raw('{"schemaVersion":2,"schemaVersion":2}')).toMatchObject({
    code: 'bad-manifest',
    cause: { code: 'duplicate-key' },
  });
  expect(await raw('[]')).toMatchObject({ code: 'bad-manifest', message: 'it is an array, not an object' });
  expect(await raw('['.repeat(33) + ']'.repeat(33))).toMatchObject({ cause: { code: 'too-deep' } });
  expect(await raw('['.repeat(32) + ']'.repeat(32))).toMatchObject({ message: 'it is an array, not an object' });
  expect(await raw(' '.repeat(4 * 1024 * 1024 + 1))).toMatchObject({ cause: { code: 'too-large' } });
});

test.each([
  [undefined, ''],
  ['', ''],
  ['Application/JSON; charset=utf-8', 'application/json'],
  [' a/b ', 'a/b'],
])('the bare type of %j is %j', (header, type) => {
  expect(bareType(header)).toBe(type);
});

const image = { os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: [D] } };
const readConfig = (value: unknown) => readImageConfig(Buffer.from(JSON.stringify(value)), 'it');

test('the config of an image comes with what is checked of it', () => {
  expect(readConfig({ ...image, variant: 'v2', config: { User: 'x' }, history: [] })).toEqual({
    os: 'linux',
    architecture: 'amd64',
    variant: 'v2',
    diffIds: [D],
    config: Object.assign(Object.create(null), { User: 'x' }),
    labels: {},
  });
  const labels = { a: 'b', 'org.example': '', constructor: 'x' };
  expect({ ...readConfig({ ...image, config: { Labels: labels } }).labels }).toEqual(labels);
  expect({ ...readConfig({ ...image, config: { Labels: null } }).labels }).toEqual({});
  expect(readConfig(image).labels.constructor).toBeUndefined();
  expect(readConfig(image)).toMatchObject({ variant: undefined, config: {} });
  expect(readConfig({ ...image, config: null }).config).toEqual({});
  expect(readConfig({ ...image, rootfs: { type: 'layers', diff_ids: Array(256).fill(D) } }).diffIds).toHaveLength(256);
});

test.each<[string, unknown, RegExp]>([
  ['no os', { ...image, os: undefined }, /^it: os is missing$/],
  ['no architecture', { ...image, architecture: undefined }, /^it: architecture is missing$/],
  ['a variant that is none', { ...image, variant: 1 }, /^it: variant is of type number/],
  ['no rootfs', { ...image, rootfs: undefined }, /^it: rootfs is missing$/],
  ['another rootfs', { ...image, rootfs: { type: 'x', diff_ids: [] } }, /^it: rootfs\.type is not 'layers'$/],
  ['no diff ids', { ...image, rootfs: { type: 'layers' } }, /^it: rootfs\.diff_ids is missing$/],
  [
    'a diff id that is none',
    { ...image, rootfs: { type: 'layers', diff_ids: [D, 'x'] } },
    /^it: rootfs\.diff_ids\[1\] is 'x', which is no digest$/,
  ],
  [
    'a diff id of another type',
    { ...image, rootfs: { type: 'layers', diff_ids: [1] } },
    /diff_ids\[0\] is of type number/,
  ],
  ['too many', { ...image, rootfs: { type: 'layers', diff_ids: Array(257).fill(D) } }, /has 257 items, more than 256$/],
  ['labels that are none', { ...image, config: { Labels: ['a'] } }, /^it: config\.Labels is an array/],
  ['a label that is none', { ...image, config: { Labels: { a: 1 } } }, /^it: config\.Labels: a is of type number/],
  ['labels by another name', { ...image, config: { labels: {} } }, /^it: config has 'labels', which engines read as/],
  ['an environment by another name', { ...image, config: { ENV: [] } }, /^it: config has 'ENV', which engines read/],
  ['a config that is none', { ...image, config: 'x' }, /^it: config is of type string/],
  ['no object', 5, /^it is of type number, not an object$/],
])('an image config with %s is refused', async (_, value, message) => {
  const error = await failure(() => readConfig(value));
  expect(error.message).toMatch(message);
  expect(error.exitCode).toBe(30);
});
