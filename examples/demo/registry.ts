/** A container registry on loopback: the real one that the variable REGISTRY names, else one of this process. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pusher } from '../../test/registry/real-registry.ts';

export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';

/** What a manifest says of one of its parts. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

export interface Registry {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  blob(content: string | Uint8Array, mediaType: string): Promise<Descriptor>;
  manifest(document: { readonly mediaType: string }, tag?: string): Promise<Descriptor>;
  close(): Promise<void>;
}

export const sha256 = (bytes: string | Uint8Array): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

const describe = (content: string | Uint8Array, mediaType: string): Descriptor => ({
  mediaType,
  digest: sha256(content),
  size: Buffer.byteLength(content),
});

interface Store {
  readonly host: string;
  put(kind: 'blobs' | 'manifests', name: string, content: string | Uint8Array, mediaType: string): Promise<void>;
  close(): Promise<void>;
}

const realStore = (host: string, repository: string): Store => {
  const to = new Pusher(host, repository);
  return {
    host,
    put: (kind, name, content, type) =>
      kind === 'blobs' ? to.blob(content, name) : to.manifest(String(content), type, name),
    close: async () => undefined,
  };
};

/** Answers GET as a registry without the referrers API does (OCI distribution specification). */
const ownStore = async (repository: string): Promise<Store> => {
  const items = new Map<string, { content: string | Uint8Array; type: string }>();
  const server = createServer(({ url = '' }, response) => {
    const item = items.get(url);
    if (item === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'Content-Type': item.type }).end(item.content);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    put: async (kind, name, content, type) => void items.set(`/v2/${repository}/${kind}/${name}`, { content, type }),
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};

/** A registry with one repository. */
export const openRegistry = async (repository: string): Promise<Registry> => {
  const real = process.env.REGISTRY ?? '';
  const store = real === '' ? await ownStore(repository) : realStore(real, repository);
  return {
    host: store.host,
    blob: async (content, mediaType) => {
      const descriptor = describe(content, mediaType);
      await store.put('blobs', descriptor.digest, content, 'application/octet-stream');
      return descriptor;
    },
    manifest: async (document, tag) => {
      const content = JSON.stringify({ schemaVersion: 2, ...document });
      const descriptor = describe(content, document.mediaType);
      for (const name of tag === undefined ? [descriptor.digest] : [descriptor.digest, tag]) {
        await store.put('manifests', name, content, document.mediaType);
      }
      return descriptor;
    },
    close: store.close,
  };
};
