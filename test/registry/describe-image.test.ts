import { expect, test } from 'vitest';
import { describeImage } from '../../src/registry/describe-image.ts';
import type { RegistryErrorCode } from '../../src/registry/errors.ts';
import { NAME, OCI_CONFIG, OCI_LAYER, OCI_MANIFEST, sha256, Shelf, useRegistry } from './fake-registry.ts';
import { failure } from './failure.ts';

const AMD64 = { os: 'linux', architecture: 'amd64' };
const ARM64 = { os: 'linux', architecture: 'arm64' };
const UNKNOWN = { os: 'unknown', architecture: 'unknown' };

const describe = async (shelf: Shelf, digest: ReturnType<typeof sha256>) => {
  const { repository, requests } = await useRegistry(shelf);
  return { facts: await describeImage(repository, digest), requests };
};

test('a manifest is one image: its config and its layers, which are not fetched', async () => {
  const shelf = new Shelf();
  const { digest } = shelf.image({ tars: ['low', 'high'], config: { User: 'me' } });
  const { facts, requests } = await describe(shelf, digest);
  expect(facts).toMatchObject({ digest, indexDigest: undefined });
  expect(facts.platformManifests).toHaveLength(1);
  expect(facts.platformManifests[0]).toMatchObject({
    digest,
    manifest: { mediaType: OCI_MANIFEST },
    config: { ...AMD64, config: { User: 'me' }, diffIds: [sha256('low'), sha256('high')] },
    layers: [{ digest: sha256('low'), mediaType: OCI_LAYER }, { digest: sha256('high') }],
  });
  expect(requests).toHaveLength(2);
});

test('of an index every child counts that an engine on linux/amd64 may run; others and attestations are not fetched', async () => {
  const shelf = new Shelf();
  const first = shelf.image({ tars: ['1'] });
  const second = shelf.image({ tars: ['2'] });
  const silent = shelf.image({ tars: ['3'] });
  const odd = shelf.image({ tars: ['6'] });
  const silentArm = shelf.image({ tars: ['4'], architecture: 'arm64' });
  const narrow = shelf.image({ tars: ['7'], architecture: '386' });
  const narrower = shelf.image({ tars: ['8'], architecture: 'i386' });
  const elsewhere = { mediaType: OCI_MANIFEST, digest: sha256('not here'), size: 1 };
  const { digest } = shelf.index([
    { ...first, platform: AMD64 },
    { ...elsewhere, platform: ARM64 },
    { ...elsewhere, platform: { os: 'windows', architecture: 'amd64' } },
    { ...second, platform: { ...AMD64, variant: 'v3' } },
    { ...first, platform: AMD64 },
    { ...elsewhere, platform: UNKNOWN, annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } },
    { ...odd, platform: { os: '', architecture: 'X86_64' } },
    silent,
    silentArm,
    { ...narrow, platform: { os: 'linux', architecture: '386' } },
    { ...narrower, platform: { os: 'linux', architecture: 'i386', variant: 'x' } },
  ]);
  const { facts } = await describe(shelf, digest);
  expect(facts).toMatchObject({ digest, indexDigest: digest });
  expect(facts.platformManifests.map((image) => image.digest)).toEqual([
    first.digest,
    second.digest,
    odd.digest,
    silent.digest,
    silentArm.digest,
    narrow.digest,
    narrower.digest,
  ]);
});

test.each([
  ['of a variant that no machine has', { ...AMD64, variant: 'v99' }, 'amd64'],
  ['for 386', { os: 'linux', architecture: '386' }, '386'],
  ['for an architecture that nobody knows', { os: 'linux', architecture: 'k1om' }, 'k1om'],
  ['for none', { os: '', architecture: '' }, ''],
  ['that names no platform, whatever its config says', undefined, 's390x'],
])('a child %s counts beside the one for amd64', async (_, platform, architecture) => {
  const shelf = new Shelf();
  const good = shelf.image({ tars: ['1'] });
  const other = shelf.image({ tars: ['2'], architecture });
  const { digest } = shelf.index([
    { ...good, platform: AMD64 },
    { ...other, ...(platform === undefined ? {} : { platform }) },
  ]);
  const { facts } = await describe(shelf, digest);
  expect(facts.platformManifests.map((image) => image.digest)).toEqual([good.digest, other.digest]);
});

type Build = (shelf: Shelf) => { digest: ReturnType<typeof sha256> };
const child = (shelf: Shelf, options: Parameters<Shelf['image']>[0]) =>
  shelf.index([{ ...shelf.image(options), platform: AMD64 }]);

test.each<[string, Build, RegistryErrorCode, RegExp]>([
  [
    'one that the index gives another type',
    (shelf) =>
      shelf.index([
        { ...shelf.image(), mediaType: 'application/vnd.docker.distribution.manifest.v2+json', platform: AMD64 },
      ]),
    'bad-manifest',
    /has another type or size than the index that lists it says$/,
  ],
  [
    'one that the index gives another size',
    (shelf) => shelf.index([{ ...shelf.image(), size: 1, platform: AMD64 }]),
    'bad-manifest',
    /has another type or size/,
  ],
  [
    'one for arm64 that is listed twice',
    (shelf) => {
      const arm = shelf.image({ architecture: 'arm64' });
      return shelf.index([{ ...arm, platform: AMD64 }, arm]);
    },
    'bad-manifest',
    /config says otherwise$/,
  ],
  [
    'a manifest for arm64',
    (shelf) => shelf.image({ architecture: 'arm64' }),
    'platform',
    /is no image for linux\/amd64$/,
  ],
  ['a manifest for windows', (shelf) => shelf.image({ os: 'windows' }), 'platform', /is no image for linux\/amd64$/],
  [
    'an index without one',
    (shelf) => shelf.index([{ ...shelf.image(), platform: ARM64 }]),
    'platform',
    /is no image for linux\/amd64$/,
  ],
  ['an empty index', (shelf) => shelf.index([]), 'platform', /is no image/],
  [
    'an index that misnames one',
    (shelf) => child(shelf, { architecture: 'arm64' }),
    'bad-manifest',
    /for linux\/amd64 and its config says otherwise$/,
  ],
  [
    'an artifact',
    (shelf) => shelf.image({ configType: 'a/\x07' }),
    'media-type',
    /has a config of the type 'a\/\\x07': it is no image of a container$/,
  ],
  [
    'an index that names an artifact for it',
    (shelf) => child(shelf, { configType: 'a/b' }),
    'media-type',
    /it is no image of a container$/,
  ],
  [
    'an index with an artifact that names no platform, of which an engine may make something',
    (shelf) => shelf.index([{ ...shelf.image(), platform: AMD64 }, shelf.image({ configType: 'a/b' })]),
    'media-type',
    /it is no image of a container$/,
  ],
  [
    'an index that misnames one for 386',
    (shelf) =>
      shelf.index([{ ...shelf.image({ architecture: 'arm64' }), platform: { os: 'linux', architecture: '386' } }]),
    'bad-manifest',
    /config says otherwise$/,
  ],
  [
    'too few diff ids',
    (shelf) => shelf.image({ tars: ['a', 'b'], diffIds: [sha256('a')] }),
    'bad-manifest',
    /has 2 layers and its config names 1$/,
  ],
  [
    'too many',
    (shelf) => shelf.image({ tars: ['a'], diffIds: [sha256('a'), sha256('b')] }),
    'bad-manifest',
    /has 1 layers and its config names 2$/,
  ],
  [
    'an index in an index',
    (shelf) => shelf.index([{ ...child(shelf, {}), platform: AMD64 }]),
    'media-type',
    /lists the index sha256:[0-9a-f]+: one in another is not read$/,
  ],
  ['a silent index in one', (shelf) => shelf.index([child(shelf, {})]), 'media-type', /one in another is not read$/],
  [
    'nine for it',
    (shelf) => shelf.index('123456789'.split('').map((at) => ({ ...shelf.image({ tars: [at] }), platform: AMD64 }))),
    'too-large',
    /lists 9 images that may be for linux\/amd64$/,
  ],
  [
    'a child that is not there',
    (shelf) => shelf.index([{ mediaType: OCI_MANIFEST, digest: sha256('x'), size: 1, platform: AMD64 }]),
    'not-found',
    /status 404$/,
  ],
])('%s is refused', async (_, build, code, message) => {
  const shelf = new Shelf();
  const { digest } = build(shelf);
  expect(await failure(() => describe(shelf, digest))).toMatchObject({ code, message: expect.stringMatching(message) });
});

test('eight for it are described', async () => {
  const shelf = new Shelf();
  const { digest } = shelf.index(
    '12345678'.split('').map((at) => ({ ...shelf.image({ tars: [at] }), platform: AMD64 })),
  );
  expect((await describe(shelf, digest)).facts.platformManifests).toHaveLength(8);
});

test('Docker’s own config type is one of an image', async () => {
  const shelf = new Shelf();
  const { digest } = shelf.image({ configType: 'application/vnd.docker.container.image.v1+json' });
  expect((await describe(shelf, digest)).facts.platformManifests).toHaveLength(1);
  expect(OCI_CONFIG).toBe('application/vnd.oci.image.config.v1+json');
});

test('a config that is not what the manifest names is refused, and messages say which', async () => {
  const shelf = new Shelf();
  const { digest } = shelf.image({ tars: ['a'] });
  const [path] = [...shelf.items.keys()].filter((name) => name.startsWith('blobs/') && !name.endsWith(sha256('a')));
  shelf.put(path!, 'x'.repeat(10), 'a/b');
  expect(await failure(() => describe(shelf, digest))).toMatchObject({ code: 'digest-mismatch' });
  const bad = new Shelf();
  const text = '{"os":5}';
  const { digest: other } = bad.manifest({ mediaType: OCI_MANIFEST, config: bad.blob(text, OCI_CONFIG), layers: [] });
  const error = await failure(() => describe(bad, other));
  expect(error.code).toBe('bad-manifest');
  expect(error.message).toMatch(new RegExp(`^the config of 127\\.0\\.0\\.1:\\d+/${NAME}@${other}: rootfs is missing$`));
});

test('what the platform error says to do', async () => {
  const shelf = new Shelf();
  const { digest } = shelf.image({ os: 'windows' });
  expect(await failure(() => describe(shelf, digest))).toMatchObject({
    exitCode: 20,
    hint: expect.stringContaining('linux/amd64'),
  });
});
