import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { ImageError } from './error.ts';

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: { readonly architecture: string };
}

/** The image of one architecture. */
export interface PlatformImage {
  readonly architecture: string;
  /** Of the manifest: what `docker pull` on such a machine ends with. */
  readonly digest: string;
  /** Of the config, which names each layer by the hash of its unpacked bytes: equal where only the compression differs. */
  readonly config: string;
  readonly layers: readonly { readonly digest: string; readonly size: number }[];
}

export interface OciImage {
  /** Of the index where there are several platforms, else of the one manifest. */
  readonly digest: string;
  readonly platforms: readonly PlatformImage[];
}

/** Largest JSON document of an archive of ours. */
const MAX_JSON = 4 * 1024 * 1024;

/** The JSON document `name` of the tar file; a blob is compared with its digest. */
const readJson = (archive: string, name: string, digest?: string) => {
  const { status, stdout, stderr } = spawnSync('tar', ['-xOf', archive, name], { maxBuffer: MAX_JSON });
  if (status !== 0) throw new ImageError(`${archive} has no ${name}: ${stderr.toString('utf8').trim()}`);
  const found = `sha256:${createHash('sha256').update(stdout).digest('hex')}`;
  if (digest !== undefined && digest !== found) throw new ImageError(`${name} of ${archive} has the digest ${found}`);
  return JSON.parse(stdout.toString('utf8'));
};

const blob = (archive: string, { digest }: Descriptor) =>
  readJson(archive, `blobs/${digest.replace(':', '/')}`, digest);

const readPlatform = (archive: string, descriptor: Descriptor): PlatformImage => {
  const { config, layers } = blob(archive, descriptor);
  return {
    architecture: blob(archive, config).architecture,
    digest: descriptor.digest,
    config: config.digest,
    layers: layers.map(({ digest, size }: Descriptor) => ({ digest, size })),
  };
};

/**
 * The digests of an OCI archive with one image.
 * @throws ImageError where it is none, or a document is not what its digest says
 */
export const readOciArchive = (archive: string): OciImage => {
  const { manifests } = readJson(archive, 'index.json') as { manifests: Descriptor[] };
  const [top] = manifests;
  if (top === undefined || manifests.length !== 1) throw new ImageError(`${archive} holds not one image`);
  const isIndex = top.mediaType.includes('index');
  const platforms = isIndex ? (blob(archive, top).manifests as Descriptor[]) : [top];
  return { digest: top.digest, platforms: platforms.map((platform) => readPlatform(archive, platform)) };
};
