import { randomBytes, sign, X509Certificate } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { inspectDerived } from '../../src/registry/derived-image.ts';
import { describeImage } from '../../src/registry/describe-image.ts';
import { parseReference } from '../../src/registry/reference.ts';
import { openRepository } from '../../src/registry/repository.ts';
import { OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_MANIFEST, sha256 } from './fake-registry.ts';
import { failure } from './failure.ts';
import { reply, useServer } from '../audit/collect/answer-server.ts';
import { makeCertificates } from '../support/tls.ts';
import { useScratch } from '../support/use-scratch.ts';
import { Pusher, realRegistry } from './real-registry.ts';
import { tarOf } from './tar-builder.ts';

const registry = await realRegistry();
afterAll(() => registry?.stop());

const NAME = `tests/r${randomBytes(6).toString('hex')}`;

/** Pushes an image of gzipped layers and gives its descriptor. */
const pushImage = async (to: Pusher, tars: readonly Uint8Array[], config: object = {}) => {
  const rootfs = { type: 'layers', diff_ids: tars.map(sha256) };
  const text = JSON.stringify({ os: 'linux', architecture: 'amd64', config, rootfs });
  await to.blob(text, sha256(text));
  const layers = [];
  for (const tar of tars) {
    const packed = gzipSync(tar);
    await to.blob(packed, sha256(packed));
    layers.push({ mediaType: `${OCI_LAYER}+gzip`, digest: sha256(packed), size: packed.length });
  }
  const document = JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: { mediaType: OCI_CONFIG, digest: sha256(text), size: Buffer.byteLength(text) },
    layers,
  });
  await to.manifest(document, OCI_MANIFEST, sha256(document));
  return { mediaType: OCI_MANIFEST, digest: sha256(document), size: Buffer.byteLength(document) };
};

describe.skipIf(registry === undefined)('a real registry', () => {
  const host = registry?.host ?? '';
  const repository = openRepository(parseReference(`${host || 'localhost'}/${NAME}`), { named: true });
  const pusher = new Pusher(host, NAME);
  const low = tarOf({ path: 'launcher', content: 'x' });
  const added = tarOf({ path: 'etc/a.conf', content: 'y' });

  test('an index, its image, and one derived from that are read', async () => {
    const base = await pushImage(pusher, [low]);
    const derived = await pushImage(pusher, [low, added]);
    const index = JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_INDEX,
      manifests: [{ ...base, platform: { os: 'linux', architecture: 'amd64' } }],
    });
    await pusher.manifest(index, OCI_INDEX, 'v1');
    const tagged = await repository.manifest('v1');
    expect(tagged.digest).toBe(sha256(index));
    const lower = await describeImage(repository, tagged.digest);
    expect(lower).toMatchObject({ indexDigest: tagged.digest, platformManifests: [{ digest: base.digest }] });
    const upper = await describeImage(repository, derived.digest);
    const found = await inspectDerived(repository, upper.platformManifests[0]!, lower.platformManifests[0]!, {
      paths: ['/etc/a.conf'],
      variable: 'PIN',
    });
    expect(found).toMatchObject({ addsOnlyConfig: true, added: [{ entries: [{ path: 'etc/a.conf' }] }] });
    expect(await repository.has('v1')).toBe(true);
    expect(await repository.has('v2')).toBe(false);
  });

  test('it has no referrers API, so the tag is asked', async () => {
    const image = await pushImage(pusher, [added]);
    expect(await repository.referrers(image.digest)).toEqual({ via: undefined, descriptors: [] });
    const index = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [image] });
    await pusher.manifest(index, OCI_INDEX, image.digest.replace(':', '-'));
    const { via, descriptors } = await repository.referrers(image.digest);
    expect(via).toBe('tag');
    expect(descriptors.map(({ digest }) => digest)).toEqual([image.digest]);
  });

  test('what it does not have is not found', async () => {
    const digest = sha256('nothing');
    expect(await failure(() => repository.manifest(digest))).toMatchObject({ code: 'not-found', exitCode: 40 });
    expect(await failure(() => repository.blob({ digest, size: 1 }, 9))).toMatchObject({ code: 'not-found' });
  });
});

/** A token as docker-registry takes them: a JWT by ES256 with its certificate (RFC 7515, 4.1.6). */
const tokenOf = (key: string, cert: string, access: object, audience: string): string => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const x5c = [new X509Certificate(cert).raw.toString('base64')];
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: 'tests',
    sub: '',
    aud: audience,
    iat: now,
    nbf: now - 10,
    exp: now + 60,
    jti: '1',
    access: [access],
  };
  const signed = `${part({ typ: 'JWT', alg: 'ES256', x5c })}.${part(claims)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
};

test.skipIf(registry === undefined)(
  'a real registry that wants a token gets the one that its token server gives',
  async () => {
    const certificates = makeCertificates(useScratch().join('tls'));
    if (certificates === undefined) throw new Error('the tests need openssl');
    const { key, cert, caFile } = certificates;
    const tokens = await useServer(({ url }) => {
      const asked = new URL(url, 'http://x').searchParams;
      const [type, name, actions = ''] = (asked.get('scope') ?? '').split(':');
      const access = { type, name, actions: actions.split(',') };
      return reply(200, JSON.stringify({ token: tokenOf(key, cert, access, asked.get('service') ?? '') }));
    });
    const settings = `auth: {token: {realm: "${tokens.url}/token", service: tests, issuer: tests, rootcertbundle: "${caFile}"}}\n`;
    const guarded = await realRegistry(settings);
    try {
      const reference = parseReference(`${guarded!.host}/${NAME}`);
      const repository = openRepository(reference, { named: true });
      // Let in, and nothing is there.
      expect(await failure(() => repository.manifest('v1'))).toMatchObject({ code: 'not-found' });
      expect(await repository.has('v1')).toBe(false);
      expect(tokens.requests.map(({ url }) => url)).toEqual([
        `/token?service=tests&scope=${encodeURIComponent(`repository:${NAME}:pull`)}`,
      ]);
    } finally {
      await guarded?.stop();
    }
  },
);
