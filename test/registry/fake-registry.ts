import { createHash } from 'node:crypto';
import type { Digest } from '../../src/registry/digest.ts';
import type { Reference } from '../../src/registry/reference.ts';
import { openRepository, type Repository } from '../../src/registry/repository.ts';
import type { RegistryOptions } from '../../src/registry/connection.ts';
import type { HttpLimits } from '../../src/registry/limits.ts';
import { type AnswerServer, reply, useServer } from '../audit/collect/answer-server.ts';
import type { Answer, SeenRequest } from '../support/answer.ts';

export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
export const OCI_CONFIG = 'application/vnd.oci.image.config.v1+json';
export const OCI_LAYER = 'application/vnd.oci.image.layer.v1.tar';

/** Limits at which a test is quick. */
export const QUICK: Partial<HttpLimits> = {
  backoffMs: 1,
  connectMs: 2000,
  idleMs: 2000,
  totalMs: 4000,
  attempts: 3,
  retryAfterMs: 20,
};

export const sha256 = (bytes: Uint8Array | string): Digest =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** What a repository holds, by path below `/v2/name/`. */
export class Shelf {
  readonly items = new Map<string, Answer>();

  put(path: string, body: Uint8Array | string, type: string): void {
    this.items.set(path, reply(200, body, { 'Content-Type': type }));
  }

  blob(content: Uint8Array | string, mediaType: string) {
    const digest = sha256(content);
    this.put(`blobs/${digest}`, content, 'application/octet-stream');
    return { mediaType, digest, size: Buffer.byteLength(content as string) };
  }

  /** A manifest or an index under its digest, and under `tag` where one is given. */
  manifest(document: object, tag?: string) {
    const { mediaType } = document as { mediaType: string };
    const body = JSON.stringify({ schemaVersion: 2, ...document });
    const digest = sha256(body);
    for (const name of tag === undefined ? [digest] : [digest, tag]) this.put(`manifests/${name}`, body, mediaType);
    return { mediaType, digest, size: Buffer.byteLength(body) };
  }

  image(options: ImageOptions = {}, tag?: string) {
    const { tars = [], os = 'linux', architecture = 'amd64', config = {}, diffIds = tars.map(sha256) } = options;
    const text = JSON.stringify({ os, architecture, config, rootfs: { type: 'layers', diff_ids: diffIds } });
    return this.manifest(
      {
        mediaType: OCI_MANIFEST,
        config: this.blob(text, options.configType ?? OCI_CONFIG),
        layers: tars.map((tar) => this.blob(tar, OCI_LAYER)),
      },
      tag,
    );
  }

  index(manifests: readonly object[], tag?: string) {
    return this.manifest({ mediaType: OCI_INDEX, manifests }, tag);
  }
}

export interface ImageOptions {
  tars?: readonly (Uint8Array | string)[];
  os?: string;
  architecture?: string;
  config?: object;
  diffIds?: readonly string[];
  configType?: string;
}

export const NAME = 'team/app';

export const referenceTo = (url: string): Reference => ({
  registry: new URL(url).host,
  repository: NAME,
  tag: undefined,
  digest: undefined,
});

export interface FakeRegistry extends AnswerServer {
  readonly repository: Repository;
}

export const openAt = (url: string, options: Partial<RegistryOptions> = {}): Repository =>
  openRepository(referenceTo(url), { named: true, ...options, limits: { ...QUICK, ...options.limits } });

/** A registry on loopback with one repository, until the running test ends; `behave` may answer in its place. */
export const useRegistry = async (
  shelf: Shelf,
  behave: (request: SeenRequest, index: number) => Answer | undefined = () => undefined,
  options: Partial<RegistryOptions> = {},
): Promise<FakeRegistry> => {
  const server = await useServer((request, index) => {
    const path = request.url.replace(`/v2/${NAME}/`, '');
    return behave(request, index) ?? shelf.items.get(path) ?? reply(404);
  });
  return { ...server, repository: openAt(server.url, options) };
};
