import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readOciArchive } from '../../scripts/image/oci.ts';
import { useScratch } from '../support/use-scratch.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';

/** An archive whose blobs are these documents; `spoil` changes the bytes of the last one. */
const archiveOf = (top: (put: (document: object) => { digest: string }) => object, spoil = false): string => {
  const scratch = useScratch();
  mkdirSync(scratch.join('oci/blobs/sha256'), { recursive: true });
  let last = '';
  const put = (document: object): { digest: string } => {
    const text = JSON.stringify(document);
    const hash = createHash('sha256').update(text).digest('hex');
    last = scratch.join('oci/blobs/sha256', hash);
    writeFileSync(last, text);
    return { digest: `sha256:${hash}` };
  };
  writeFileSync(scratch.join('oci/index.json'), JSON.stringify(top(put)));
  if (spoil) writeFileSync(last, '{"architecture":"other"}');
  const archive = scratch.join('image.oci.tar');
  spawnSync('tar', ['-cf', archive, '-C', scratch.join('oci'), 'blobs', 'index.json']);
  return archive;
};

type Put = (document: object) => { digest: string };
const layers = [{ digest: 'sha256:11', size: 5, mediaType: 'x' }];
const manifest = (put: Put, architecture: string) => ({
  mediaType: MANIFEST,
  ...put({ config: put({ architecture }), layers }),
});

test('one platform, and several under an index', () => {
  const one = readOciArchive(archiveOf((put) => ({ manifests: [manifest(put, 'amd64')] })));
  expect(one.platforms).toMatchObject([
    { architecture: 'amd64', digest: one.digest, layers: [{ digest: 'sha256:11', size: 5 }] },
  ]);
  const both = readOciArchive(
    archiveOf((put) => ({
      manifests: [{ mediaType: INDEX, ...put({ manifests: [manifest(put, 'amd64'), manifest(put, 'arm64')] }) }],
    })),
  );
  expect(both.platforms.map(({ architecture }) => architecture)).toEqual(['amd64', 'arm64']);
  expect(both.platforms[0]?.digest).toBe(one.digest);
  expect(both.platforms[0]?.config).toBe(one.platforms[0]?.config);
  expect(both.digest).not.toBe(one.digest);
});

test('what is none is refused', () => {
  expect(() => readOciArchive('/no/such.tar')).toThrow(/\/no\/such\.tar has no index\.json/);
  expect(() => readOciArchive(archiveOf(() => ({ manifests: [] })))).toThrow(/holds not one image/);
  expect(() => readOciArchive(archiveOf((put) => ({ manifests: [manifest(put, 'a'), manifest(put, 'b')] })))).toThrow(
    /holds not one image/,
  );
  const missing = { manifests: [{ mediaType: MANIFEST, digest: `sha256:${'0'.repeat(64)}` }] };
  expect(() => readOciArchive(archiveOf(() => missing))).toThrow(/has no blobs\/sha256\/000/);
  const spoiled = archiveOf((put) => ({ manifests: [manifest(put, 'amd64')] }), true);
  expect(() => readOciArchive(spoiled)).toThrow(/has the digest sha256:/);
});
