import { describe, expect, test } from 'vitest';
import type { Logger } from '../../src/base/log.ts';
import type { ImageSource } from '../../src/mpc/config/launcher-config.ts';
import type { ImageDigest } from '../../src/mpc/digest.ts';
import { findManifest } from '../../src/mpc/tags/find-manifest.ts';
import { readTaggedImage } from '../../src/mpc/tags/tagged-image.ts';
import { NAME, OCI_INDEX, OCI_MANIFEST, Shelf, useRegistry } from '../registry/fake-registry.ts';
import { reply } from '../audit/collect/answer-server.ts';
import type { Answer, SeenRequest } from '../support/answer.ts';
import { failure } from './failure.ts';

const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
const AMD64 = { os: 'linux', architecture: 'amd64' };

const sizes = { size: 2, layers: [] };
const config = (byte: string): ImageDigest => `sha256:${byte.repeat(32)}`;
/** A manifest with this config, on the shelf. */
const put = (shelf: Shelf, wanted: ImageDigest, tag?: string, mediaType = OCI_MANIFEST) =>
  shelf.manifest(
    {
      mediaType,
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: wanted, size: sizes.size },
      layers: [],
    },
    tag,
  );

interface Search {
  readonly tags?: readonly string[];
  readonly wanted?: ImageDigest;
  readonly retries?: number;
  readonly behave?: (request: SeenRequest, index: number) => Answer | undefined;
}

const search = async (shelf: Shelf, { tags = ['latest'], wanted = config('ab'), retries = 0, behave }: Search = {}) => {
  const registry = await useRegistry(shelf, behave);
  const { host } = new URL(registry.url);
  const waits: number[] = [];
  const warnings: string[] = [];
  const log: Logger = { info: () => {}, warning: (text) => void warnings.push(text), error: () => {}, hint: () => {} };
  const source: ImageSource & { kind: 'config' } = {
    kind: 'config',
    registry: host,
    name: NAME,
    tags,
    requestMs: 500,
    requests: { retries, firstMs: 1000, longestMs: 60_000 },
  };
  const find = () => findManifest({ source, wanted, log, sleep: async (ms) => void waits.push(ms) });
  const asked = () => registry.requests.map(({ url }) => url.replace(/.*\/manifests\//, ''));
  return { find, asked, waits, warnings, host };
};

describe('near/mpc, the generations that resolved tags', () => {
  test('get_manifest_digest_resolves_docker_v2', async () => {
    const shelf = new Shelf();
    const { digest } = put(shelf, config('ab'), 'latest', DOCKER_MANIFEST);
    const { find, host, asked } = await search(shelf);
    // With its registry: a name alone would be pulled from Docker Hub.
    expect(await find()).toBe(`${host}/${NAME}@${digest}`);
    expect(asked()).toEqual(['latest']);
  });

  test('config digest match: an OCI manifest', async () => {
    const shelf = new Shelf();
    const { digest } = put(shelf, config('ab'), 'latest');
    const { find } = await search(shelf);
    expect(await find()).toContain(digest);
  });

  test.each([OCI_INDEX, DOCKER_LIST])(
    'get_manifest_digest_follows_image_index_to_amd64_manifest: %s',
    async (mediaType) => {
      const shelf = new Shelf();
      const [arm, amd] = [put(shelf, config('ab')), put(shelf, config('cd'))];
      shelf.manifest(
        {
          mediaType,
          manifests: [
            { ...arm, platform: { os: 'linux', architecture: 'arm64' } },
            { ...amd, platform: AMD64 },
          ],
        },
        'latest',
      );
      const { find, asked } = await search(shelf, { wanted: config('cd') });
      expect(await find()).toContain(amd.digest);
      expect(asked()).toEqual(['latest', amd.digest]);
      // The sibling for arm64 has the wanted config, and is not looked at.
      const other = await search(shelf);
      expect(await failure(other.find)).toMatchObject({ code: 'image-not-among-tags' });
    },
  );

  test('get_manifest_digest_skips_mismatched_config_digest', async () => {
    const shelf = new Shelf();
    put(shelf, config('cd'), 'old');
    const { digest } = put(shelf, config('ab'), 'latest');
    const first = await search(shelf, { tags: ['old', 'latest'] });
    expect(await first.find()).toContain(digest);
    expect(first.warnings).toEqual([`old has the config ${config('cd')}, passed over`]);
    const error = await failure((await search(shelf, { tags: ['old'] })).find);
    expect(error).toMatchObject({ code: 'image-not-among-tags', exitCode: 10 });
    expect(error.message).toContain(`(old) leads to an image with the config ${config('ab')}`);
  });

  test('get_manifest_digest_errors_on_auth_failure', async () => {
    const shelf = new Shelf();
    const behave = (request: SeenRequest): Answer =>
      request.url.startsWith('/token')
        ? reply(403)
        : reply(401, '', { 'WWW-Authenticate': `Bearer realm="http://${request.headers.host}/token",service="s"` });
    const error = await failure((await search(shelf, { behave })).find);
    expect(error).toMatchObject({ code: 'tags-unavailable', exitCode: 40 });
    expect(error.cause).toMatchObject({ code: 'access-denied' });
  });

  test('get_manifest_digest_missing_content_digest_header_skips_tag: it is hashed here, and no header is read', async () => {
    const shelf = new Shelf();
    const { digest } = put(shelf, config('ab'), 'latest');
    const lie = (request: SeenRequest): Answer | undefined => {
      const kept = shelf.items.get(request.url.replace(`/v2/${NAME}/`, ''))?.reply;
      return kept && reply(200, kept.body as string, { ...kept.headers, 'Docker-Content-Digest': config('00') });
    };
    for (const behave of [undefined, lie]) {
      const { find } = await search(shelf, behave === undefined ? {} : { behave });
      expect(await find()).toContain(digest);
    }
  });

  test('unknown media type rejected: passed over, and the next tag is looked at', async () => {
    const shelf = new Shelf();
    shelf.manifest({ mediaType: 'application/vnd.example+json' }, 'odd');
    const { digest } = put(shelf, config('ab'), 'latest');
    const { find, warnings } = await search(shelf, { tags: ['odd', 'latest'] });
    expect(await find()).toContain(digest);
    expect(warnings[0]).toMatch(/^odd is passed over: .*media type/);
  });

  test('config digest unparsable: passed over', async () => {
    const shelf = new Shelf();
    put(shelf, 'sha256:xyz', 'latest');
    const error = await failure((await search(shelf)).find);
    expect(error).toMatchObject({ code: 'image-not-among-tags' });
    expect(error.message).toContain('1 failed, the first: ');
  });

  test('a tag that is not there is passed over', async () => {
    const shelf = new Shelf();
    const { digest } = put(shelf, config('ab'), 'b');
    const { find, asked } = await search(shelf, { tags: ['a', 'b'], retries: 3 });
    expect(await find()).toContain(digest);
    expect(asked()).toEqual(['a', 'b']);
  });
});

describe('retries, by the rule of the operator', () => {
  test('retryable only for server and request errors', async () => {
    const shelf = new Shelf();
    put(shelf, config('ab'), 'latest');
    const busy = await search(shelf, { retries: 3, behave: (_, index) => (index < 3 ? reply(503) : undefined) });
    await busy.find();
    expect(busy.waits).toEqual([1000, 1500, 2250]);
    for (const status of [400, 401, 403, 404]) {
      const refused = await search(shelf, { retries: 3, behave: () => reply(status) });
      expect((await failure(refused.find)).exitCode).toBe(status === 404 ? 10 : 40);
      expect(refused.waits).toEqual([]);
    }
  });

  test('a limit is honoured', async () => {
    const shelf = new Shelf();
    put(shelf, config('ab'), 'latest');
    const asked = await search(shelf, {
      retries: 1,
      behave: (_, index) => (index === 0 ? reply(429, '', { 'Retry-After': '7' }) : undefined),
    });
    await asked.find();
    expect(asked.waits).toEqual([7000]);
    const silent = await search(shelf, { retries: 1, behave: (_, index) => (index === 0 ? reply(429) : undefined) });
    await silent.find();
    expect(silent.waits).toEqual([60_000]);
  });

  test('an answer that never comes ends with its time, and is asked for again', async () => {
    const shelf = new Shelf();
    put(shelf, config('ab'), 'latest');
    const { find, waits } = await search(shelf, {
      retries: 1,
      behave: (_, index) => (index === 0 ? { hang: true } : undefined),
    });
    await find();
    expect(waits).toEqual([1000]);
  });

  test('what stays unavailable is told from what is not there', async () => {
    const shelf = new Shelf();
    put(shelf, config('cd'), 'b');
    const behave = (request: SeenRequest) => (request.url.endsWith('/a') ? reply(500) : undefined);
    const error = await failure((await search(shelf, { tags: ['a', 'b'], behave })).find);
    expect(error).toMatchObject({ code: 'tags-unavailable', exitCode: 40 });
    expect(error.message).toContain('not all tags of');
  });
});

describe('indexes without an end', () => {
  test('indexes in one another are followed three deep', async () => {
    const shelf = new Shelf();
    let inner: object = { ...put(shelf, config('ab')), platform: AMD64 };
    const tags = ['d1', 'd2', 'd3', 'd4'];
    for (const tag of tags) inner = { ...shelf.index([inner], tag), platform: AMD64 };
    for (const tag of tags.slice(0, 3)) {
      const { find } = await search(shelf, { tags: [tag] });
      expect(await find()).toMatch(/@sha256:/);
    }
    const { find, warnings } = await search(shelf, { tags: ['d4'] });
    expect(await failure(find)).toMatchObject({ code: 'image-not-among-tags' });
    expect(warnings.at(-1)).toContain('indexes in one another are too deep');
  });

  test('each manifest is asked for once, and no more than 256', async () => {
    const shelf = new Shelf();
    const many = Array.from({ length: 300 }, (_, index) => ({
      ...put(shelf, `sha256:${String(index).padStart(64, '0')}`),
      platform: AMD64,
    }));
    shelf.index(many, 'latest');
    const { find, asked, warnings } = await search(shelf, { tags: ['latest', 'latest'] });
    expect(await failure(find)).toMatchObject({ code: 'image-not-among-tags' });
    expect(asked()).toHaveLength(256);
    expect(new Set(asked()).size).toBe(256);
    expect(warnings.at(-1)).toBe('256 manifests were looked at, and no more will be');
  });
});

describe('the repository of registry and image_name', () => {
  const read = (registry: string, name = 'nearone/mpc-node', tags = ['latest']) =>
    readTaggedImage({ registry, name, tags });
  test.each([
    ['docker.io', 'docker.io'],
    ['registry.hub.docker.com', 'docker.io'],
    ['ghcr.io', 'ghcr.io'],
    ['localhost', 'localhost'],
    ['r.example:5000', 'r.example:5000'],
  ])('%s', (given, registry) => {
    expect(read(given)).toMatchObject({ registry, repository: 'nearone/mpc-node' });
  });
  test.each([
    ['hub', 'n/m', ['latest'], "registry 'hub' is no host"],
    ['docker.io', 'Near/MPC', ['latest'], 'has no valid repository name'],
    ['https://docker.io', 'n/m', ['latest'], 'launcher_config.'],
    ['docker.io', 'n/m', ['a b'], 'launcher_config.image_tags'],
    ['docker.io', 'n/m', ['a@sha256:00'], 'launcher_config.image_tags'],
    ['docker.io', 'n/m', [''], 'launcher_config.image_tags'],
    ['user@ghcr.io', 'n/m', ['latest'], 'launcher_config.'],
  ])('%s/%s:%j is refused', async (registry, name, tags, why) => {
    const error = await failure(() => read(registry, name, tags));
    expect(error).toMatchObject({ code: 'image-reference-invalid', exitCode: 30 });
    expect(error.message).toContain(why);
  });
});
