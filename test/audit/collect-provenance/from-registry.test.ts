import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ProvenanceDocument, readDocuments } from '../../../src/audit/collect/provenance/document.ts';
import { fromRegistry } from '../../../src/audit/collect/provenance/from-registry.ts';
import type { Digest } from '../../../src/registry/digest.ts';
import { OCI_INDEX, OCI_MANIFEST, sha256, Shelf, useRegistry } from '../../registry/fake-registry.ts';
import { fixtures, hasFixtures, unlessFixtures } from '../../support/fixtures.ts';
import { reply } from '../collect/answer-server.ts';

const IMAGE = sha256('image');
const TAG = IMAGE.replace(':', '-');
const SUBJECT = { mediaType: OCI_MANIFEST, digest: IMAGE, size: 5 };
const EMPTY = 'application/vnd.oci.empty.v1+json';
const BUNDLE_V3 = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const DSSE = 'application/vnd.dsse.envelope.v1+json';
const SIMPLE = 'application/vnd.dev.cosign.simplesigning.v1+json';

const referrer = (shelf: Shelf, content: string, type = BUNDLE_V3, subject: object = SUBJECT) =>
  shelf.manifest({
    mediaType: OCI_MANIFEST,
    artifactType: type,
    config: shelf.blob('{}', EMPTY),
    layers: [shelf.blob(content, type)],
    subject,
  });

const shown = (document: ProvenanceDocument) => {
  if (document.kind === 'bundle') return [document.kind, document.origin, Buffer.from(document.bytes).toString('utf8')];
  if (document.kind === 'unavailable') return [document.error.code, document.origin, document.error.message];
  const { mediaType, annotations, content } = document.layer;
  return [document.kind, document.origin, mediaType, { ...annotations }, Buffer.from(content).toString('utf8')];
};

const collect = async (shelf: Shelf, behave: Parameters<typeof useRegistry>[1] = undefined) => {
  const { repository, requests } = await useRegistry(shelf, behave);
  const found = await fromRegistry(repository, IMAGE);
  return { name: repository.name, found: found.map(shown), requests };
};

test('bundles that refer to the image are found under the tag, whatever the list calls them', async () => {
  const shelf = new Shelf();
  const types = [
    BUNDLE_V3,
    ...['0.1', '0.2', '0.3'].map((version) => `application/vnd.dev.sigstore.bundle+json;version=${version}`),
  ];
  const bundles = types.map((type, at) => referrer(shelf, `{"at":${at}}`, type));
  const sbom = referrer(shelf, 'sbom', 'application/spdx+json');
  const nested = shelf.index([]);
  shelf.index([{ ...bundles[0]!, artifactType: EMPTY }, sbom, nested, ...bundles.slice(1)], TAG);
  const { name, found } = await collect(shelf);
  expect(found).toEqual(bundles.map(({ digest }, at) => ['bundle', `${name}@${digest} (tag)`, `{"at":${at}}`]));
});

test('and by the API where there is one', async () => {
  const shelf = new Shelf();
  const one = referrer(shelf, '{}');
  const list = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [one] });
  shelf.put(`referrers/${IMAGE}`, list, OCI_INDEX);
  const { name, found } = await collect(shelf);
  expect(found).toEqual([['bundle', `${name}@${one.digest} (referrers)`, '{}']]);
});

test('cosign’s old tags are looked at as well, each for the layers of its kind', async () => {
  const shelf = new Shelf();
  const bundle = referrer(shelf, '{}');
  shelf.index([bundle], TAG);
  const layers = [
    { ...shelf.blob('envelope', DSSE), annotations: { a: 'b' } },
    shelf.blob('other', 'a/b'),
    shelf.blob('payload', SIMPLE),
    shelf.blob('second', DSSE),
  ];
  const old = { mediaType: OCI_MANIFEST, config: shelf.blob('{}', EMPTY), layers };
  shelf.manifest(old, `${TAG}.att`);
  shelf.manifest(old, `${TAG}.sig`);
  const { name, found } = await collect(shelf);
  expect(found).toEqual([
    ['bundle', `${name}@${bundle.digest} (tag)`, '{}'],
    ['cosign-layer', `${name}:${TAG}.att, layer 1`, DSSE, { a: 'b' }, 'envelope'],
    ['cosign-layer', `${name}:${TAG}.att, layer 4`, DSSE, {}, 'second'],
    ['cosign-layer', `${name}:${TAG}.sig, layer 3`, SIMPLE, {}, 'payload'],
  ]);
});

test('an image without any has none', async () => {
  const { found, requests } = await collect(new Shelf());
  expect(found).toEqual([]);
  expect(requests.map(({ url }) => url.split('/').slice(-2).join('/'))).toEqual([
    `referrers/${IMAGE}`,
    `manifests/${TAG}`,
    `manifests/${TAG}.att`,
    `manifests/${TAG}.sig`,
  ]);
});

test('what one referrer does wrong does not hide the others', async () => {
  const shelf = new Shelf();
  const other = referrer(shelf, '{"other":1}', BUNDLE_V3, { ...SUBJECT, digest: sha256('other') });
  const twin = referrer(shelf, '{"twin":1}');
  const bare = shelf.manifest({
    mediaType: OCI_MANIFEST,
    config: shelf.blob('{}', EMPTY),
    layers: [shelf.blob('{"bare":1}', BUNDLE_V3)],
  });
  const gone = { ...other, digest: sha256('gone') };
  const good = referrer(shelf, '{"good":1}');
  const forged = referrer(shelf, '{"forged":1}');
  shelf.put(`blobs/${sha256('{"forged":1}')}`, '{"forged":2}', 'a/b');
  shelf.index([other, twin, bare, gone, forged, good], TAG);
  const { name, found } = await collect(shelf);
  expect(found.map(([kind]) => kind)).toEqual([
    'bad-manifest',
    'bundle',
    'bad-manifest',
    'not-found',
    'digest-mismatch',
    'bundle',
  ]);
  expect(found[0]).toEqual([
    'bad-manifest',
    `${name}@${other.digest} (tag)`,
    `${name}@${other.digest} refers to another image`,
  ]);
  expect(found[5]?.[2]).toBe('{"good":1}');
});

test('what one place does wrong does not hide the others', async () => {
  const shelf = new Shelf();
  shelf.index([], `${TAG}.att`);
  const broken = { ...shelf.blob('x', SIMPLE), size: 2 };
  const layers = [broken, shelf.blob('y', SIMPLE)];
  shelf.manifest({ mediaType: OCI_MANIFEST, config: shelf.blob('{}', EMPTY), layers }, `${TAG}.sig`);
  const { name, found } = await collect(shelf, ({ url }) => (url.includes('/referrers/') ? reply(403) : undefined));
  expect(found).toEqual([
    ['access-denied', `what refers to ${name}@${IMAGE}`, expect.stringMatching(/status 403$/)],
    ['bad-manifest', `${name}:${TAG}.att`, `${name}:${TAG}.att is an index`],
    ['digest-mismatch', `${name}:${TAG}.sig, layer 1`, expect.stringMatching(/has 1 bytes, not the 2/)],
    ['cosign-layer', `${name}:${TAG}.sig, layer 2`, SIMPLE, {}, 'y'],
  ]);
});

test('a tag that the registry refuses is said', async () => {
  const { found } = await collect(new Shelf(), ({ url }) => (url.endsWith('.att') ? reply(403) : undefined));
  expect(found).toMatchObject([
    ['access-denied', expect.stringMatching(/\.att$/), expect.stringMatching(/status 403$/)],
  ]);
});

test('the first two hundred referrers are looked at', async () => {
  const shelf = new Shelf();
  const sbom = referrer(shelf, 'sbom', 'application/spdx+json');
  const absent = Array.from({ length: 200 }, (_, at) => ({ ...sbom, digest: sha256(`absent ${at}`) }));
  shelf.index([...absent.slice(1), sbom], TAG);
  expect((await collect(shelf)).found.map(([kind]) => kind)).toEqual(Array(199).fill('not-found'));
  shelf.index([...absent, sbom], TAG);
  const { name, found } = await collect(shelf);
  expect(found).toHaveLength(201);
  expect(found[200]).toEqual(['too-large', name, '201 manifests refer to the image; the first 200 are looked at']);
});

/** One manifest that refers to the image, with these layers. */
const referrerOf = (shelf: Shelf, layers: readonly object[], more: object = {}) =>
  shelf.manifest({
    mediaType: OCI_MANIFEST,
    config: shelf.blob('{}', EMPTY),
    layers,
    subject: SUBJECT,
    ...more,
  });

test('the same layer is fetched once, in whatever manifest it lies', async () => {
  const shelf = new Shelf();
  const layer = shelf.blob('{"one":1}', BUNDLE_V3);
  const [first, second] = [1, 2].map((at) =>
    referrerOf(shelf, Array(16).fill(layer), { annotations: { at: `${at}` } }),
  );
  shelf.index([first!, second!], TAG);
  const { name, found, requests } = await collect(shelf);
  expect(found).toEqual([['bundle', `${name}@${first!.digest} (tag)`, '{"one":1}']]);
  expect(requests.filter(({ url }) => url.includes('/blobs/'))).toHaveLength(1);
});

test('a layer that is broken hides none beside it, nor the same one elsewhere', async () => {
  const shelf = new Shelf();
  const good = shelf.blob('{"good":1}', BUNDLE_V3);
  const broken = { ...good, size: 30 };
  shelf.index([referrerOf(shelf, [broken, good, broken])], TAG);
  const { found } = await collect(shelf);
  expect(found.map(([kind]) => kind)).toEqual(['digest-mismatch', 'bundle']);
});

test('what is refused for its size is counted, too', async () => {
  const shelf = new Shelf();
  const large = { mediaType: BUNDLE_V3, digest: sha256('large'), size: 16 * 1024 * 1024 + 1 };
  shelf.index([referrerOf(shelf, Array(100).fill(large))], TAG);
  const { found } = await collect(shelf);
  expect(found).toHaveLength(61);
  expect(found[60]?.[2]).toBe('40 more are left out: 60 documents and 24 MiB are looked at');
});

test('a place gives its share of documents, and no other place loses by it', async () => {
  const shelf = new Shelf();
  const layers = Array.from({ length: 59 }, (_, at) => shelf.blob(`{"at":${at}}`, BUNDLE_V3));
  const sixty = [referrerOf(shelf, layers), referrer(shelf, '{"at":59}')];
  const cosign = (count: number, type: string) => ({
    mediaType: OCI_MANIFEST,
    config: shelf.blob('{}', EMPTY),
    layers: Array.from({ length: count }, (_, at) => shelf.blob(`${type} ${at}`, type)),
  });
  shelf.index(sixty, TAG);
  shelf.manifest(cosign(20, DSSE), `${TAG}.att`);
  shelf.manifest(cosign(20, SIMPLE), `${TAG}.sig`);
  expect((await collect(shelf)).found.map(([kind]) => kind)).toEqual([
    ...Array(60).fill('bundle'),
    ...Array(40).fill('cosign-layer'),
  ]);
  shelf.index([...sixty, referrer(shelf, '{"at":60}'), referrer(shelf, '{"at":61}')], TAG);
  shelf.manifest(cosign(21, DSSE), `${TAG}.att`);
  shelf.manifest(cosign(23, SIMPLE), `${TAG}.sig`);
  const { name, found } = await collect(shelf);
  expect(found.filter(([kind]) => kind === 'bundle')).toHaveLength(60);
  expect(found.filter(([kind]) => kind === 'cosign-layer')).toHaveLength(40);
  expect(found.filter(([kind]) => kind === 'too-large')).toEqual([
    ['too-large', `what refers to ${name}@${IMAGE}`, '2 more are left out: 60 documents and 24 MiB are looked at'],
    ['too-large', `${name}:${TAG}.att`, '1 more are left out: 20 documents and 4 MiB are looked at'],
    ['too-large', `${name}:${TAG}.sig`, '3 more are left out: 20 documents and 4 MiB are looked at'],
  ]);
});

test('bytes are counted, those of manifests, too; what fits behind is still taken', async () => {
  const shelf = new Shelf();
  const large = (at: number) => shelf.blob(`{"at":${at},"x":"${'x'.repeat(12 * 1024 * 1024 - 40)}"}`, BUNDLE_V3);
  const layers = [large(1), large(2), large(3), shelf.blob('{"small":1}', BUNDLE_V3)];
  shelf.index([referrerOf(shelf, layers)], TAG);
  const { name, found, requests } = await collect(shelf);
  // Two of them alone are below 24 MiB by some bytes, which the manifest has.
  expect(found.map(([kind]) => kind)).toEqual(['bundle', 'bundle', 'too-large']);
  expect(found[1]?.[2]).toBe('{"small":1}');
  expect(found[2]?.slice(1)).toEqual([
    `what refers to ${name}@${IMAGE}`,
    '2 more are left out: 60 documents and 24 MiB are looked at',
  ]);
  expect(requests.filter(({ url }) => url.includes('/blobs/'))).toHaveLength(2);
});

test('of one payload each signature counts', async () => {
  const shelf = new Shelf();
  const layer = shelf.blob('payload', SIMPLE);
  const layers = ['a', 'b', 'a'].map((signature) => ({ ...layer, annotations: { signature } }));
  shelf.manifest({ mediaType: OCI_MANIFEST, config: shelf.blob('{}', EMPTY), layers }, `${TAG}.sig`);
  const { found } = await collect(shelf);
  expect(found.map(([, , , annotations]) => annotations)).toEqual([{ signature: 'a' }, { signature: 'b' }]);
});

test('a bundle of more than 16 MiB is not fetched', async () => {
  const shelf = new Shelf();
  const layers = [{ mediaType: BUNDLE_V3, digest: sha256('large'), size: 16 * 1024 * 1024 + 1 }];
  const large = shelf.manifest({ mediaType: OCI_MANIFEST, config: shelf.blob('{}', EMPTY), layers, subject: SUBJECT });
  shelf.index([large], TAG);
  const { found, requests } = await collect(shelf);
  expect(found).toMatchObject([['too-large', expect.anything(), expect.stringContaining('16777217 bytes')]]);
  expect(requests.some(({ url }) => url.includes('/blobs/'))).toBe(false);
});

test.skipIf(!hasFixtures)(`a real image with cosign’s attestation is read to its end${unlessFixtures}`, async () => {
  const layout = join(fixtures, 'sigstore/oci-layout-v1.10.0/container_workflow_dispatch');
  const shelf = new Shelf();
  for (const name of readdirSync(join(layout, 'blobs/sha256'))) {
    const bytes = readFileSync(join(layout, 'blobs/sha256', name));
    shelf.put(`blobs/sha256:${name}`, bytes, 'application/octet-stream');
  }
  const { manifests } = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')) as {
    manifests: { mediaType: string; digest: Digest; annotations?: Record<string, string> }[];
  };
  const blobOf = (digest: string): Uint8Array => readFileSync(join(layout, 'blobs', digest.replace(':', '/')));
  for (const { mediaType, digest } of manifests) shelf.put(`manifests/${digest}`, blobOf(digest), mediaType);
  const image = readFileSync(`${layout}.digest`, 'utf8')
    .trim()
    .replace(/^(?:.*@)?(?:sha256:)?/, 'sha256:') as Digest;
  // cosign's manifest is the one whose layers are envelopes.
  const old = manifests.find(({ digest }) => Buffer.from(blobOf(digest)).includes('dsse.envelope'))!;
  shelf.put(`manifests/${image.replace(':', '-')}.att`, blobOf(old.digest), old.mediaType);
  const { repository } = await useRegistry(shelf);
  const { sources, failures } = readDocuments(await fromRegistry(repository, image));
  expect(failures).toEqual([]);
  expect(sources).toHaveLength(1);
  expect(sources[0]).toMatchObject({ bundle: { version: '0.1' } });
});
