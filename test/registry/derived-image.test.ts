import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { inspectDerived, isMadeFrom } from '../../src/registry/derived-image.ts';
import { describeImage, type PlatformImage } from '../../src/registry/describe-image.ts';
import { OCI_CONFIG, OCI_LAYER, OCI_MANIFEST, sha256, Shelf, useRegistry } from './fake-registry.ts';
import { failure } from './failure.ts';
import { type TarItem, tarOf } from './tar-builder.ts';

const PLACES = { paths: ['/etc/git-launcher/config.conf'], variable: 'PIN' };
const LOW = tarOf({ path: 'launcher', content: 'program' });
const CONFIG: TarItem = { path: 'etc/git-launcher/config.conf', content: 'REPO_URL=x\n' };
const FOLDER: TarItem = { path: 'etc/', type: '5', mode: 0o755 };
const SETTINGS = { Entrypoint: ['/launcher'] };

const inspect = async (tars: readonly Uint8Array[], config: object = SETTINGS) => {
  const shelf = new Shelf();
  const base = shelf.image({ tars: [LOW], config: SETTINGS });
  const derived = shelf.image({ tars: [LOW, ...tars], config });
  const { repository, requests } = await useRegistry(shelf);
  const [lower, upper] = await Promise.all([base, derived].map(({ digest }) => describeImage(repository, digest)));
  const found = await inspectDerived(repository, upper!.platformManifests[0]!, lower!.platformManifests[0]!, PLACES);
  return { found, urls: requests.map(({ url }) => url) };
};

test('a launcher image with a config added is that and nothing else; its own layers are not fetched', async () => {
  const added = tarOf(FOLDER, CONFIG);
  const { found, urls } = await inspect([added]);
  expect(found).toMatchObject({ addsOnlyConfig: true, changedSettings: [] });
  expect(found.added).toHaveLength(1);
  expect(found.added[0]).toMatchObject({ digest: sha256(added), findings: [] });
  const [, file] = found.added[0]!.entries;
  expect(Buffer.from(file!.content).toString()).toBe('REPO_URL=x\n');
  expect(urls.some((url) => url.endsWith(sha256(LOW)))).toBe(false);
});

test('an image that adds nothing is the launcher image', async () => {
  expect((await inspect([])).found).toEqual({
    addsOnlyConfig: true,
    changedSettings: [],
    added: [],
    files: new Map(),
    variable: undefined,
  });
});

test('what else it adds or changes is found, in whichever layer', async () => {
  const { found } = await inspect([tarOf(CONFIG), tarOf({ path: 'launcher', content: 'other' })]);
  expect(found.addsOnlyConfig).toBe(false);
  expect(found.added.map(({ findings }) => findings.map(({ problem }) => problem))).toEqual([[], ['outside']]);
  const changed = await inspect([tarOf(CONFIG)], { ...SETTINGS, Env: ['NODE_OPTIONS=--import=/x'] });
  expect(changed.found).toMatchObject({ addsOnlyConfig: false, changedSettings: ['Env'] });
});

const textOf = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString();

test('the file is the one that the highest layer has', async () => {
  const path = PLACES.paths[0]!;
  const other = { ...CONFIG, path: './etc/git-launcher/config.conf', content: 'REPO_URL=y\n' };
  const { found } = await inspect([tarOf(CONFIG), tarOf(other), tarOf(FOLDER)]);
  expect([...found.files.keys()]).toEqual([path]);
  expect(textOf(found.files.get(path))).toBe('REPO_URL=y\n');
  expect(found.addsOnlyConfig).toBe(true);
});

test('what is no file, or lies elsewhere, is no config', async () => {
  const link = { ...CONFIG, type: '2', content: '', linkName: '/x' };
  const folder = { ...CONFIG, path: 'etc/git-launcher/config.conf/', type: '5', content: '' };
  for (const item of [link, folder, { ...CONFIG, path: 'etc/git-launcher/config.conf/x' }, { ...CONFIG, path: 'x' }]) {
    const { found } = await inspect([tarOf(item)]);
    expect([found.files.size, found.addsOnlyConfig]).toEqual([0, false]);
  }
});

test.each<[string, readonly unknown[] | undefined, readonly unknown[] | undefined, string | undefined, boolean]>([
  ['is added', ['A=1'], ['A=1', 'PIN=x=y'], 'x=y', true],
  ['is added where there was none', undefined, ['PIN='], '', true],
  ['is added in front', ['A=1'], ['PIN=x', 'A=1'], 'x', true],
  ['is not there', ['A=1'], ['A=1'], undefined, true],
  ['is there twice', ['A=1'], ['A=1', 'PIN=x', 'PIN=y'], undefined, false],
  ['is in the lower image too', ['PIN=x'], ['PIN=y'], 'y', false],
  ['comes with another', ['A=1'], ['A=1', 'PIN=x', 'PINS=y'], 'x', false],
  ['comes and another goes', ['A=1'], ['PIN=x'], 'x', false],
  ['has no value', [], ['PIN'], undefined, false],
  ['is no text', [], [7, 'PIN=x'], 'x', false],
])('a variable that %s', async (_, lower, upper, value, addsOnlyConfig) => {
  const shelf = new Shelf();
  const envOf = (Env: readonly unknown[] | undefined) => ({ ...SETTINGS, ...(Env === undefined ? {} : { Env }) });
  const base = shelf.image({ tars: [LOW], config: envOf(lower) });
  const derived = shelf.image({ tars: [LOW], config: envOf(upper) });
  const { repository } = await useRegistry(shelf);
  const [low, up] = await Promise.all([base, derived].map(({ digest }) => describeImage(repository, digest)));
  const found = await inspectDerived(repository, up!.platformManifests[0]!, low!.platformManifests[0]!, PLACES);
  expect(found).toMatchObject({ variable: value, addsOnlyConfig, changedSettings: addsOnlyConfig ? [] : ['Env'] });
});

test.each([
  ['Entrypoint', { Entrypoint: ['/bin/sh'] }],
  ['Cmd', { Cmd: ['x'] }],
  ['User', { User: '1000' }],
  ['WorkingDir', { WorkingDir: '/x' }],
  ['Volumes', { Volumes: { '/etc/git-launcher': {} } }],
  ['Entrypoint', { Entrypoint: null }],
  ['Entrypoint', { Entrypoint: [] }],
  ['Entrypoint', { Entrypoint: undefined }],
  ['StopSignal', { StopSignal: 'SIGKILL' }],
  ['Healthcheck', { Healthcheck: { Test: ['CMD', 'x'] } }],
])('another %s is told', async (name, change) => {
  const { found } = await inspect([tarOf(CONFIG)], { ...SETTINGS, ...change });
  expect(found).toMatchObject({ addsOnlyConfig: false, changedSettings: [name] });
});

test('labels change nothing of how it runs, and are read', async () => {
  const { found } = await inspect([tarOf(CONFIG)], { ...SETTINGS, Labels: { a: 'b' } });
  expect(found.addsOnlyConfig).toBe(true);
});

test('a layer that is no tar, or not the one of the config, is an error that names it', async () => {
  const error = await failure(() => inspect([Buffer.from('x'.repeat(1024))]));
  expect(error.code).toBe('bad-layer');
  expect(error.message).toMatch(/^the layer sha256:[0-9a-f]{64} of 127\.0\.0\.1:\d+\/team\/app: /);
  const shelf = new Shelf();
  const lower = shelf.image({ tars: [LOW], config: SETTINGS });
  const upper = shelf.image({ tars: [LOW, tarOf(CONFIG)], diffIds: [sha256(LOW), sha256('other')], config: SETTINGS });
  const { repository } = await useRegistry(shelf);
  const [base, image] = await Promise.all([lower, upper].map(({ digest }) => describeImage(repository, digest)));
  const inspecting = () =>
    inspectDerived(repository, image!.platformManifests[0]!, base!.platformManifests[0]!, PLACES);
  expect(await failure(inspecting)).toMatchObject({
    code: 'digest-mismatch',
    message: expect.stringMatching(/^the tar of the layer /),
  });
});

test('an added layer of more than 4 MiB is not fetched', async () => {
  expect(await failure(() => inspect([Buffer.alloc(4 * 1024 * 1024 + 1)]))).toMatchObject({
    code: 'too-large',
    message: expect.stringMatching(/has 4194305 bytes, more than the 4194304 that are read$/),
  });
});

test('sixteen layers may be added and no more', async () => {
  const layers = (count: number) => Array.from({ length: count }, () => tarOf(CONFIG));
  expect((await inspect(layers(16))).found.added).toHaveLength(16);
  expect(await failure(() => inspect(layers(17)))).toMatchObject({
    code: 'too-large',
    message: expect.stringMatching(/adds 17 layers, more than 16$/),
  });
});

const image = (layers: readonly [string, string?, string?][]): PlatformImage =>
  ({
    layers: layers.map(([digest, mediaType = OCI_LAYER]) => ({ digest, mediaType })),
    config: { diffIds: layers.map(([digest, , diffId = `tar of ${digest}`]) => diffId) },
  }) as unknown as PlatformImage;

test.each<[string, PlatformImage, PlatformImage, boolean]>([
  ['the same', image([['a'], ['b']]), image([['a'], ['b']]), true],
  ['more', image([['a'], ['b'], ['c']]), image([['a'], ['b']]), true],
  ['fewer', image([['a']]), image([['a'], ['b']]), false],
  ['another below', image([['x'], ['a'], ['b']]), image([['a'], ['b']]), false],
  ['another in between', image([['a'], ['x'], ['b']]), image([['a'], ['b']]), false],
  ['another packing', image([['a', `${OCI_LAYER}+gzip`]]), image([['a']]), false],
  [
    'the same packing by another name',
    image([['a', 'application/vnd.docker.image.rootfs.diff.tar.gzip']]),
    image([['a', `${OCI_LAYER}+gzip`]]),
    true,
  ],
  ['a packing that is not known', image([['a', 'x']]), image([['a', 'x']]), false],
  ['another tar', image([['a', OCI_LAYER, 'x']]), image([['a']]), false],
  ['a base of nothing', image([['a']]), image([]), false],
])('an image with %s', (_, derived, base, yes) => {
  expect(isMadeFrom(derived, base)).toBe(yes);
});

test('an image that is not made from the launcher is refused', async () => {
  const shelf = new Shelf();
  const lower = shelf.image({ tars: [LOW] });
  const upper = shelf.image({ tars: [tarOf(CONFIG)] });
  const { repository } = await useRegistry(shelf);
  const [base, derived] = await Promise.all([lower, upper].map(({ digest }) => describeImage(repository, digest)));
  const inspecting = () =>
    inspectDerived(repository, derived!.platformManifests[0]!, base!.platformManifests[0]!, PLACES);
  expect(await failure(inspecting)).toMatchObject({
    code: 'bad-manifest',
    message: `${repository.name}@${upper.digest} is not made from ${lower.digest}`,
    hint: expect.stringContaining('exactly those of the launcher image'),
  });
});

test('a layer is unpacked as its type says', async () => {
  const shelf = new Shelf();
  const tar = tarOf(CONFIG);
  const text = JSON.stringify({
    os: 'linux',
    architecture: 'amd64',
    config: SETTINGS,
    rootfs: { type: 'layers', diff_ids: [sha256(LOW), sha256(tar)] },
  });
  const lower = shelf.image({ tars: [LOW], config: SETTINGS });
  const upper = shelf.manifest({
    mediaType: OCI_MANIFEST,
    config: shelf.blob(text, OCI_CONFIG),
    layers: [shelf.blob(LOW, OCI_LAYER), shelf.blob(gzipSync(tar), `${OCI_LAYER}+gzip`)],
  });
  const { repository } = await useRegistry(shelf);
  const [base, derived] = await Promise.all([lower, upper].map(({ digest }) => describeImage(repository, digest)));
  const found = await inspectDerived(repository, derived!.platformManifests[0]!, base!.platformManifests[0]!, PLACES);
  expect(found.addsOnlyConfig).toBe(true);
});
