import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CollectError } from '../../../src/audit/collect/errors.ts';
import { followProvenance, type ProvenanceRequest } from '../../../src/audit/collect/follow-provenance.ts';
import { partValue } from '../../../src/evidence/evidence.ts';
import { Sigstore } from '../../mocks-sigstore/sigstore.ts';
import { NAME, OCI_MANIFEST, Shelf, useRegistry } from '../../registry/fake-registry.ts';
import { useScratch } from '../../support/use-scratch.ts';
import { stated } from '../checks/support.ts';

const DIGEST = `sha256:${'51'.repeat(32)}`;
const TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const sigstore = new Sigstore();

const bundleFile = (content = JSON.stringify(sigstore.bundle())): string => {
  const path = useScratch().join('bundle.json');
  writeFileSync(path, content);
  return path;
};

/** What is found, and the lines of progress. Nothing of this leaves the machine unless a test names a place on it. */
const follow = async (changes: Partial<ProvenanceRequest> = {}) => {
  const notes: string[] = [];
  const part = await followProvenance({
    image: { text: `127.0.0.1:9/${NAME}@${DIGEST}`, digest: DIGEST },
    bundles: [],
    registry: undefined,
    policy: undefined,
    offline: false,
    note: (line) => notes.push(line),
    ...changes,
  });
  return { part, notes };
};

describe('files that the auditor named', () => {
  test('are read, offline too, each bundle under its name', async () => {
    const path = bundleFile();
    for (const offline of [true, false]) {
      const { part } = await follow({ bundles: [path, path], offline });
      expect(part?.origin).toBe(`${path}, ${path}`);
      const { image, bundles, children } = partValue(part!);
      expect([image, children]).toEqual([DIGEST, undefined]);
      expect(bundles.map((one) => [one.origin, 'bundle' in one])).toEqual([
        [path, true],
        [path, true],
      ]);
    }
  });

  test('one that holds no bundle does not hide the others', async () => {
    const { part } = await follow({ bundles: [bundleFile('hello'), bundleFile()], offline: true });
    expect(partValue(part!).bundles.map((one) => 'bundle' in one)).toEqual([false, true]);
  });

  test('one that is not there is an error', async () => {
    await expect(follow({ bundles: ['/none.json'], offline: true })).rejects.toThrow(CollectError);
  });
});

describe('where nothing may be or was fetched', () => {
  test('offline without a file nobody looked', async () => {
    expect(await follow({ offline: true })).toEqual({ part: undefined, notes: [] });
  });

  test('a registry of this machine that the evidence names is not asked, and that is noted', async () => {
    const { repository, requests } = await useRegistry(new Shelf());
    const host = repository.name.split('/')[0]!;
    const { part, notes } = await follow({ image: { text: `${repository.name}@${DIGEST}`, digest: DIGEST } });
    expect(requests).toEqual([]);
    expect(notes).toEqual([expect.stringContaining(host)]);
    expect(part).toEqual({
      origin: `registry of ${repository.name}@${DIGEST}`,
      value: { image: DIGEST, bundles: [] },
    });
    // Another registry that the auditor named does not open this one.
    await follow({ image: { text: `${repository.name}@${DIGEST}`, digest: DIGEST }, registry: 'registry.example' });
    expect(requests).toEqual([]);
  });

  test.each([`a.example/${'a/'.repeat(200)}b`, 'UPPER/x', '', '-x'])(
    'a name that no registry takes is noted and no error: %s',
    async (name) => {
      const { part, notes } = await follow({ image: { text: `${name}@${DIGEST}`, digest: DIGEST } });
      expect(partValue(part!).bundles).toEqual([]);
      expect(notes).toHaveLength(1);
    },
  );

  test('a digest that is none is looked for nowhere', async () => {
    const { part, notes } = await follow({ image: { text: 'x', digest: 'sha512:ab' } });
    expect(partValue(part!)).toEqual({ image: 'sha512:ab', bundles: [] });
    expect(notes).toEqual([]);
  });
});

describe('a registry that the auditor named', () => {
  const shelved = (content: string): { shelf: Shelf; digest: string } => {
    const shelf = new Shelf();
    const image = shelf.image();
    const bundle = shelf.manifest({
      mediaType: OCI_MANIFEST,
      artifactType: TYPE,
      config: shelf.blob('{}', 'application/vnd.oci.empty.v1+json'),
      layers: [shelf.blob(content, TYPE)],
      subject: image,
    });
    shelf.index([bundle], image.digest.replace(':', '-'));
    return { shelf, digest: image.digest };
  };
  const at = async (shelf: Shelf, digest: string, changes: Partial<ProvenanceRequest> = {}) => {
    const { repository, requests } = await useRegistry(shelf);
    const registry = repository.name.split('/')[0];
    const image = { text: `${repository.name}@${digest}`, digest };
    return { ...(await follow({ image, registry, ...changes })), requests, name: repository.name };
  };

  test('gives the bundles that refer to the image', async () => {
    const { shelf, digest } = shelved(JSON.stringify(sigstore.bundle()));
    const { part, notes, name } = await at(shelf, digest);
    const { image, bundles, children } = partValue(part!);
    expect([image, children]).toEqual([digest, undefined]);
    expect(bundles.map((one) => 'bundle' in one)).toEqual([true]);
    expect(part?.origin).toContain(name);
    expect(notes).toContain(`looking for provenance of the launcher's image at ${name}`);
  });

  test('is not asked offline', async () => {
    const { shelf, digest } = shelved('{}');
    const { part, requests } = await at(shelf, digest, { offline: true });
    expect([part, requests]).toEqual([undefined, []]);
  });

  test('of an index gives the children that run here', async () => {
    const shelf = new Shelf();
    const child = { ...shelf.image(), platform: { os: 'linux', architecture: 'amd64' } };
    const other = { ...shelf.image({ architecture: 'arm64' }), platform: { os: 'linux', architecture: 'arm64' } };
    const index = shelf.index([child, other]);
    const { part } = await at(shelf, index.digest);
    expect(partValue(part!)).toMatchObject({ image: index.digest, children: [child.digest] });
  });

  test('that has nothing leaves what a file gave', async () => {
    const { part, notes } = await at(new Shelf(), DIGEST, { bundles: [bundleFile()] });
    expect(partValue(part!).bundles.filter((one) => 'bundle' in one)).toHaveLength(1);
    expect(notes.length).toBeGreaterThan(1);
  });

  test('and a repository that is none of GitHub asks nobody there', async () => {
    for (const repository of [
      'https://forge.example/a/b',
      'https://github.com.evil.example/a/b',
      'http://github.com/a/b',
    ]) {
      const { notes } = await at(new Shelf(), DIGEST, { policy: { repository: stated(repository) } });
      expect(notes.filter((line) => line.includes('at GitHub'))).toEqual([]);
    }
  });
});
