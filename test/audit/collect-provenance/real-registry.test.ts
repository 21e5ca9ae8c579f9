import { randomBytes } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { fromRegistry } from '../../../src/audit/collect/provenance/from-registry.ts';
import { parseReference } from '../../../src/registry/reference.ts';
import { openRepository } from '../../../src/registry/repository.ts';
import { OCI_INDEX, OCI_MANIFEST, sha256 } from '../../registry/fake-registry.ts';
import { Pusher, realRegistry } from '../../registry/real-registry.ts';

const registry = await realRegistry();
afterAll(() => registry?.stop());

const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const DSSE = 'application/vnd.dsse.envelope.v1+json';

test.skipIf(registry === undefined)(
  'a real registry gives bundles by the tag of referrers and by cosign’s old one',
  async () => {
    const name = `tests/p${randomBytes(6).toString('hex')}`;
    const to = new Pusher(registry!.host, name);
    const push = async (content: string, mediaType: string) => {
      await to.blob(content, sha256(content));
      return { mediaType, digest: sha256(content), size: Buffer.byteLength(content) };
    };
    const manifest = async (fields: object, mediaType: string, tag?: string) => {
      const text = JSON.stringify({ schemaVersion: 2, mediaType, ...fields });
      await to.manifest(text, mediaType, tag ?? sha256(text));
      return { mediaType, digest: sha256(text), size: Buffer.byteLength(text) };
    };
    const config = await push('{}', 'application/vnd.oci.empty.v1+json');
    const image = await manifest({ config, layers: [await push('layer', 'a/b')] }, OCI_MANIFEST);
    const layers = [await push('{"bundle":1}', BUNDLE)];
    const bundle = await manifest({ artifactType: BUNDLE, config, layers, subject: image }, OCI_MANIFEST);
    const tag = image.digest.replace(':', '-');
    await manifest({ manifests: [bundle] }, OCI_INDEX, tag);
    const envelope = { ...(await push('{"payload":""}', DSSE)), annotations: { k: 'v' } };
    await manifest({ config, layers: [envelope] }, OCI_MANIFEST, `${tag}.att`);

    const repository = openRepository(parseReference(`${registry!.host}/${name}`), { named: true });
    expect(await fromRegistry(repository, image.digest)).toMatchObject([
      { kind: 'bundle', origin: `${repository.name}@${bundle.digest} (tag)` },
      {
        kind: 'cosign-layer',
        origin: `${repository.name}:${tag}.att, layer 1`,
        layer: { mediaType: DSSE, annotations: { k: 'v' } },
      },
    ]);
  },
);
