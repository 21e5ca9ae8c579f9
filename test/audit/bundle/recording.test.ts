import { describe, expect, test } from 'vitest';
import { keepingDocuments, savedRepository } from '../../../src/audit/bundle/image-documents.ts';
import {
  MAX_HELD_BYTES,
  MAX_IMAGE_BYTES,
  MAX_IMAGE_DOCUMENTS,
  MAX_PACKS_BYTES,
} from '../../../src/audit/bundle/limits.ts';
import { Recording } from '../../../src/audit/bundle/recording.ts';
import { CollectError } from '../../../src/audit/collect/errors.ts';
import { unavailable } from '../../../src/audit/collect/provenance/document.ts';
import { digestOf } from '../../../src/registry/digest.ts';
import { describeImage } from '../../../src/registry/describe-image.ts';
import type { Repository } from '../../../src/registry/repository.ts';

const A = 'a1'.repeat(20);
const B = 'b2'.repeat(20);
const ticking = (): Recording => {
  let now = 100;
  return new Recording(() => now++);
};

describe('a recording', () => {
  test('has nothing at first', () => {
    const { answer, attest, documents, images, history, tooLarge, areImagesTooLarge, packs } = ticking();
    expect({ answer, attest, documents, images, history, tooLarge, areImagesTooLarge, packs }).toEqual({
      answer: undefined,
      attest: undefined,
      documents: [],
      images: [],
      history: undefined,
      tooLarge: false,
      areImagesTooLarge: false,
      packs: { at: 0, packs: new Map() },
    });
  });

  test('copies what it is told, with the time', () => {
    const recording = ticking();
    const bytes = Uint8Array.of(1, 2);
    recording.takeAnswer(bytes, 'a');
    recording.takeAttest(bytes, 'b');
    bytes[0] = 9;
    expect(recording.answer).toEqual({ origin: 'a', at: 100, bytes: Uint8Array.of(1, 2) });
    expect(recording.attest).toEqual({ origin: 'b', at: 101, bytes: Uint8Array.of(1, 2) });
  });

  test('keeps documents, and not the places that gave none', () => {
    const recording = ticking();
    const document = { kind: 'bundle', origin: 'o', bytes: Uint8Array.of(1) } as const;
    const image = [{ digest: 'sha256:x', mediaType: null, bytes: Uint8Array.of(2) }];
    recording.takeDocuments([unavailable('p', new CollectError('timed-out', 'late')), document], image);
    expect(recording.documents).toEqual([{ at: 100, document }]);
    expect(recording.images).toEqual(image);
  });

  test('keeps what was read of images once, and lets go of it where it is too much', () => {
    const recording = ticking();
    const one = (digest: string, size = 1, mediaType: string | null = null) => ({
      digest,
      mediaType,
      bytes: new Uint8Array(size),
    });
    recording.takeImages([one('a'), one('b'), one('a'), one('a', 1, 'm')]);
    recording.takeImages([one('b'), one('c')]);
    expect(recording.images.map(({ digest, mediaType }) => [digest, mediaType])).toEqual([
      ['a', null],
      ['b', null],
      ['a', 'm'],
      ['c', null],
    ]);
    recording.takeImages([one('d', MAX_IMAGE_BYTES - 4)]);
    expect([recording.images.length, recording.areImagesTooLarge]).toEqual([5, false]);
    recording.takeImages([one('e')]);
    expect([recording.images, recording.areImagesTooLarge]).toEqual([[], true]);
    // None is none: a few of them would look as if they were all.
    recording.takeImages([one('f')]);
    expect([recording.images, recording.areImagesTooLarge]).toEqual([[], true]);
    const twice = ticking();
    twice.takeImages([one('a', 1), one('a', 2)]);
    expect(twice.images.map(({ bytes }) => bytes.length)).toEqual([1]);
    const many = ticking();
    many.takeImages(Array.from({ length: MAX_IMAGE_DOCUMENTS }, (_, index) => one(`${index}`)));
    expect(many.areImagesTooLarge).toBe(false);
    many.takeImages([one('x')]);
    expect(many.areImagesTooLarge).toBe(true);
  });

  test('keeps a pack by its commit; a second try begins anew', () => {
    const recording = ticking();
    const first = recording.source.pack(A);
    first(Uint8Array.of(1));
    const piece = Uint8Array.of(2);
    const second = recording.source.pack(A);
    second(piece);
    piece[0] = 9;
    second(Uint8Array.of(3));
    recording.source.pack(B)(Uint8Array.of(4));
    expect(recording.packs).toEqual({
      at: 102,
      packs: new Map([
        [A, Uint8Array.of(2, 3)],
        [B, Uint8Array.of(4)],
      ]),
    });
  });

  test('lets go of packs that come to more than a bundle holds', () => {
    const recording = ticking();
    const half = new Uint8Array(MAX_PACKS_BYTES / 2);
    const failed = recording.source.pack(A);
    failed(half);
    // What a failed try had does not count.
    const tell = recording.source.pack(A);
    tell(half);
    const more = recording.source.pack(B);
    more(half);
    expect([recording.tooLarge, recording.packs.packs.size]).toEqual([false, 2]);
    more(Uint8Array.of(1));
    more(Uint8Array.of(1));
    expect([recording.tooLarge, recording.packs.packs.size]).toEqual([true, 0]);
    // Nor is one that comes later: without the others it is not the source.
    recording.source.pack('c3'.repeat(20));
    expect(recording.packs.packs.size).toBe(0);
    recording.source.pack(A)(Uint8Array.of(1));
    expect([recording.tooLarge, recording.packs.packs.size]).toEqual([true, 0]);
  });

  test('keeps a list of refs, and each object of the history once, up to a bound', () => {
    const recording = ticking();
    const { history } = recording.source;
    const object = (id: string, data: Uint8Array) => history.object({ type: 'commit', id, data: Buffer.from(data) });
    object(A, Uint8Array.of(1));
    expect(recording.history).toBeUndefined();
    const list = { refs: [], head: undefined };
    history.refs(list, 'v1');
    object(A, Uint8Array.of(1));
    object(A, Uint8Array.of(2));
    expect(recording.history).toEqual({
      at: 100,
      list,
      expected: 'v1',
      objects: new Map([[A, { type: 'commit', data: Uint8Array.of(1) }]]),
    });
    object(B, new Uint8Array(MAX_HELD_BYTES - 1));
    expect(recording.history?.objects?.size).toBe(2);
    object('c', Uint8Array.of(1));
    object('d', Uint8Array.of(1));
    expect(recording.history?.objects).toBeUndefined();
    history.refs(list, undefined);
    object(A, Uint8Array.of(1));
    expect(recording.history?.objects?.size).toBe(1);
  });
});

const bytesOf = (value: unknown): Uint8Array => new Uint8Array(Buffer.from(JSON.stringify(value)));
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const config = bytesOf({ architecture: 'amd64', os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: [] } });
const manifest = bytesOf({
  schemaVersion: 2,
  mediaType: MANIFEST,
  config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(config), size: config.length },
  layers: [],
});
const index = bytesOf({
  schemaVersion: 2,
  mediaType: INDEX,
  manifests: [
    {
      mediaType: MANIFEST,
      digest: digestOf(manifest),
      size: manifest.length,
      platform: { os: 'linux', architecture: 'amd64' },
    },
  ],
});
const DOCUMENTS = [
  { digest: digestOf(index), mediaType: INDEX, bytes: index },
  { digest: digestOf(manifest), mediaType: MANIFEST, bytes: manifest },
  { digest: digestOf(config), mediaType: null, bytes: config },
];

describe('the documents of an image', () => {
  test('are kept as they pass, and describe the image again without a registry', async () => {
    const seen: (typeof DOCUMENTS)[number][] = [];
    const online: Repository = savedRepository(DOCUMENTS, 'a registry');
    const described = await describeImage(keepingDocuments(online, seen), digestOf(index));
    expect(seen).toEqual(DOCUMENTS);
    expect(await describeImage(savedRepository(seen, 'bundle b'), digestOf(index))).toEqual(described);
    expect(described.platformManifests.map(({ digest }) => digest)).toEqual([digestOf(manifest)]);
  });

  test.each([0, 1, 2])('number %d changed or missing is found out', async (at) => {
    const missing = DOCUMENTS.filter((_, index_) => index_ !== at);
    await expect(describeImage(savedRepository(missing, 'bundle b'), digestOf(index))).rejects.toMatchObject({
      code: 'not-saved',
      exitCode: 13,
      message: `bundle b does not hold ${DOCUMENTS[at]?.digest}`,
    });
    const changed = DOCUMENTS.map((one, index_) =>
      index_ === at ? { ...one, bytes: new Uint8Array(Buffer.concat([one.bytes, Buffer.from(' ')])) } : one,
    );
    await expect(describeImage(savedRepository(changed, 'bundle b'), digestOf(index))).rejects.toMatchObject({
      code: 'digest-mismatch',
      message: expect.stringContaining(`bundle b, ${DOCUMENTS[at]?.digest} hashes to sha256:`),
    });
  });

  test('bytes that are a blob, too, are a manifest all the same', async () => {
    const twice = [...DOCUMENTS, { digest: digestOf(manifest), mediaType: null, bytes: manifest }];
    const repository = savedRepository(twice, 'bundle b');
    expect((await repository.manifest(digestOf(manifest))).document.mediaType).toBe(MANIFEST);
  });

  test('a saved repository refers to nothing, and has what it has', async () => {
    const repository = savedRepository(DOCUMENTS, 'bundle b');
    expect(await repository.has(digestOf(index))).toBe(true);
    expect(await repository.has(digestOf(Uint8Array.of(1)))).toBe(false);
    expect(await repository.referrers(digestOf(index))).toEqual({ via: 'tag', descriptors: [] });
    await expect(repository.blob({ digest: digestOf(config), size: 1 }, config.length - 1)).rejects.toMatchObject({
      code: 'too-large',
      message: `bundle b: ${digestOf(config)} is too large`,
    });
    expect(await repository.blob({ digest: digestOf(config), size: 1 }, config.length)).toEqual(config);
    await expect(savedRepository([], 'b\u001b').manifest('x')).rejects.toMatchObject({
      message: String.raw`b\x1b does not hold x`,
    });
    await expect(savedRepository([], 'b').manifest('y'.repeat(161))).rejects.toMatchObject({
      message: `b does not hold ${'y'.repeat(160)}`,
    });
  });

  test('a blob that says of itself that it is a manifest was served as none', async () => {
    const untyped = [{ digest: digestOf(manifest), mediaType: null, bytes: manifest }];
    await expect(savedRepository(untyped, 'bundle b').manifest(digestOf(manifest))).rejects.toMatchObject({
      code: 'bad-manifest',
      message: `bundle b, ${digestOf(manifest)} is served as '' and says that it is '${MANIFEST}'`,
    });
  });
});
