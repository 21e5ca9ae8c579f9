import { expect, test } from 'vitest';
import type { Digest } from '../../src/registry/digest.ts';
import { digestOf } from '../../src/registry/digest.ts';
import { reply } from '../audit/collect/answer-server.ts';
import type { Answer } from '../support/answer.ts';
import { NAME, OCI_INDEX, OCI_MANIFEST, openAt, sha256, Shelf, useRegistry } from './fake-registry.ts';
import { failure } from './failure.ts';

test('a manifest is fetched by digest and held against it; what the registry says of it is not believed', async () => {
  const shelf = new Shelf();
  const { digest } = shelf.image({}, 'v1');
  const item = shelf.items.get(`manifests/${digest}`)!.reply!;
  const lying: Answer = { reply: { ...item, headers: { ...item.headers, 'Docker-Content-Digest': sha256('other') } } };
  const { repository, requests, url } = await useRegistry(shelf, () => lying);
  const found = await repository.manifest(digest);
  expect(found).toMatchObject({ digest, document: { kind: 'manifest', mediaType: OCI_MANIFEST } });
  expect(sha256(found.bytes)).toBe(digest);
  expect(await repository.manifest('v1')).toMatchObject({ digest });
  expect(repository.name).toBe(`${new URL(url).host}/${NAME}`);
  expect(requests.map((request) => request.url)).toEqual([
    `/v2/${NAME}/manifests/${digest}`,
    `/v2/${NAME}/manifests/v1`,
  ]);
  expect(requests[0]!.headers.accept).toBe(
    'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json, ' +
      'application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json',
  );
});

test('a manifest by sha512 is held against that', async () => {
  const shelf = new Shelf();
  const text = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [] });
  const digest = digestOf(Buffer.from(text), 'sha512');
  shelf.put(`manifests/${digest}`, text, OCI_INDEX);
  const { repository } = await useRegistry(shelf);
  expect(await repository.manifest(digest)).toMatchObject({ digest });
  const wrong: Digest = `sha512:${'0'.repeat(128)}`;
  shelf.put(`manifests/${wrong}`, text, OCI_INDEX);
  expect(await failure(() => repository.manifest(wrong))).toMatchObject({ code: 'digest-mismatch' });
});

test('other bytes than were asked for are refused before they are read', async () => {
  const shelf = new Shelf();
  const { digest } = shelf.image();
  const { repository, url } = await useRegistry(shelf, () =>
    reply(200, 'no json at all', { 'Content-Type': 'text/html' }),
  );
  const error = await failure(() => repository.manifest(digest));
  expect(error).toMatchObject({ code: 'digest-mismatch', exitCode: 10 });
  expect(error.message).toBe(
    `${new URL(url).host}/${NAME}@${digest} hashes to ${sha256('no json at all')}, not to ${digest}`,
  );
  const tagged = await failure(() => repository.manifest('v1'));
  expect(tagged.code).toBe('bad-manifest');
  expect(tagged.message).toContain(`/${NAME}:v1 `);
});

test('a manifest of more than 4 MiB is not read', async () => {
  const { repository } = await useRegistry(new Shelf(), () => reply(200, ' '.repeat(4 * 1024 * 1024 + 1)));
  expect(await failure(() => repository.manifest('v1'))).toMatchObject({
    code: 'too-large',
    message: expect.stringMatching(/sends more than 4194304 bytes$/),
  });
});

test.each(['', '.a', '-a', 'a/b', '../x', 'a b', 'sha256:abc', 'a?b', 'a#b', 'a'.repeat(129), 'a\n'])(
  '%j is neither tag nor digest, and nothing is asked',
  async (name) => {
    const { repository, requests } = await useRegistry(new Shelf());
    expect(await failure(() => repository.manifest(name))).toMatchObject({
      code: 'bad-reference',
      exitCode: 30,
      message: expect.stringMatching(/is neither tag nor digest$/),
    });
    expect(await failure(() => repository.has(name))).toMatchObject({ code: 'bad-reference' });
    expect(requests).toHaveLength(0);
  },
);

test('a blob is held against its digest and its size', async () => {
  const shelf = new Shelf();
  const blob = shelf.blob('hello', 'a/b');
  const { repository, requests, url } = await useRegistry(shelf);
  expect(Buffer.from(await repository.blob(blob, 5)).toString()).toBe('hello');
  expect(requests[0]!.url).toBe(`/v2/${NAME}/blobs/${blob.digest}`);
  const what = `the blob ${blob.digest} of ${new URL(url).host}/${NAME}`;
  expect(await failure(() => repository.blob(blob, 4))).toMatchObject({
    code: 'too-large',
    message: `${what} has 5 bytes, more than the 4 that are read`,
  });
  expect(requests).toHaveLength(1);
  expect(await failure(() => repository.blob({ ...blob, size: 6 }, 9))).toMatchObject({
    code: 'digest-mismatch',
    message: `${what} has 5 bytes, not the 6 of its descriptor`,
  });
  expect(await failure(() => repository.blob({ ...blob, size: 4 }, 9))).toMatchObject({ code: 'too-large' });
  shelf.put(`blobs/${blob.digest}`, 'jello', 'a/b');
  expect(await failure(() => repository.blob(blob, 9))).toMatchObject({
    code: 'digest-mismatch',
    message: `${what} hashes to ${sha256('jello')}, not to ${blob.digest}`,
  });
});

test('whether there is a manifest is asked without fetching it', async () => {
  const shelf = new Shelf();
  const { digest } = shelf.image({}, 'v1');
  const { repository, requests } = await useRegistry(shelf);
  expect(await repository.has('v1')).toBe(true);
  expect(await repository.has(digest)).toBe(true);
  expect(await repository.has('v2')).toBe(false);
  expect(requests.map(({ method }) => method)).toEqual(['HEAD', 'HEAD', 'HEAD']);
  expect(requests[0]!.headers.accept).toContain(OCI_INDEX);
  const broken = await useRegistry(shelf, () => reply(403));
  expect(await failure(() => broken.repository.has('v1'))).toMatchObject({ code: 'access-denied' });
});

test('a repository that evidence names on loopback is not opened', async () => {
  const { url, requests } = await useRegistry(new Shelf());
  expect(await failure(() => openAt(url, { named: false }))).toMatchObject({ code: 'address-refused' });
  expect(requests).toHaveLength(0);
});
