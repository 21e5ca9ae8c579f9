import { escapeText } from '../base/escape.ts';
import type { Descriptor } from './descriptor.ts';
import type { Digest } from './digest.ts';
import { RegistryError } from './errors.ts';
import { type ImageConfig, readImageConfig } from './image-config.ts';
import { MAX_CONFIG_BYTES, MAX_PLATFORM_CHILDREN } from './limits.ts';
import type { ImageIndex, ImageManifest, ManifestDocument } from './manifest.ts';
import { mayRunOnAmd64 } from './platform.ts';
import type { FetchedManifest, Repository } from './repository.ts';

/** One image that an engine on linux/amd64 may run. */
export interface PlatformImage {
  /** Of its manifest. */
  readonly digest: Digest;
  readonly manifest: ImageManifest;
  readonly config: ImageConfig;
  /** From the lowest up; as many as the config's `diffIds`. */
  readonly layers: readonly Descriptor[];
}

export interface ImageFacts {
  /** What was asked for. */
  readonly digest: Digest;
  /** The same where it names an index; undefined where it names the manifest itself. */
  readonly indexDigest: Digest | undefined;
  /** What an engine on linux/amd64 may run: at least one. */
  readonly platformManifests: readonly PlatformImage[];
}

const PLATFORM = 'linux/amd64';

/** Types of configs that an engine makes a container from. Of anything else it makes none: it is an artifact. */
const CONFIG_TYPES = ['application/vnd.oci.image.config.v1+json', 'application/vnd.docker.container.image.v1+json'];

const describe = async (
  { name, blob }: Repository,
  { digest, document }: { readonly digest: Digest; readonly document: ImageManifest },
): Promise<PlatformImage> => {
  const what = `${name}@${digest}`;
  if (!CONFIG_TYPES.includes(document.config.mediaType)) {
    throw new RegistryError(
      'media-type',
      `${what} has a config of the type '${escapeText(document.config.mediaType)}': it is no image of a container`,
    );
  }
  const config = readImageConfig(await blob(document.config, MAX_CONFIG_BYTES), `the config of ${what}`);
  if (config.diffIds.length !== document.layers.length) {
    throw new RegistryError(
      'bad-manifest',
      `${what} has ${document.layers.length} layers and its config names ${config.diffIds.length}`,
    );
  }
  return { digest, manifest: document, config, layers: document.layers };
};

const noPlatform = (what: string): RegistryError =>
  new RegistryError('platform', `${what} is no image for ${PLATFORM}`, {
    hint: 'TDX guests are linux/amd64: name the image that runs there',
  });

/** A manifest that an index lists. Engines act on what the list says of it, so that must be so. */
const fetchChild = async (repository: Repository, child: Descriptor): Promise<ManifestDocument> => {
  const { bytes, document } = await repository.manifest(child.digest);
  if (document.mediaType === child.mediaType && bytes.length === child.size) return document;
  throw new RegistryError(
    'bad-manifest',
    `${repository.name}@${child.digest} has another type or size than the index that lists it says`,
  );
};

const childrenOf = async (repository: Repository, digest: Digest, index: ImageIndex): Promise<PlatformImage[]> => {
  const what = `${repository.name}@${digest}`;
  // One that names no platform suits every engine. Docker runs it whatever its config says, and only warns of another platform.
  const runnable = index.manifests.filter(({ platform }) => platform === undefined || mayRunOnAmd64(platform));
  const once = [...new Map(runnable.map((one) => [one.digest, one])).values()];
  if (once.length > MAX_PLATFORM_CHILDREN) {
    throw new RegistryError('too-large', `${what} lists ${once.length} images that may be for ${PLATFORM}`);
  }
  const images: PlatformImage[] = [];
  for (const child of once) {
    const document = await fetchChild(repository, child);
    if (document.kind === 'index') {
      throw new RegistryError('media-type', `${what} lists the index ${child.digest}: one in another is not read`);
    }
    const image = await describe(repository, { digest: child.digest, document });
    const isNamed = runnable.some(({ digest, platform }) => digest === child.digest && platform !== undefined);
    if (isNamed && !mayRunOnAmd64(image.config)) {
      throw new RegistryError(
        'bad-manifest',
        `${what} lists ${child.digest} for ${PLATFORM} and its config says otherwise`,
      );
    }
    images.push(image);
  }
  if (images.length === 0) throw noPlatform(what);
  return images;
};

/**
 * What an image is made of: the manifest or index that `digest` names, every child of an index that may run on linux/amd64, their
 * configs and layers; all held against their digests, layers not fetched. Throws RegistryError, among others
 * `platform`, `media-type`, `bad-manifest`, `digest-mismatch`.
 */
export const describeImage = async (repository: Repository, digest: Digest): Promise<ImageFacts> => {
  const { document }: FetchedManifest = await repository.manifest(digest);
  if (document.kind === 'index') {
    return { digest, indexDigest: digest, platformManifests: await childrenOf(repository, digest, document) };
  }
  const image = await describe(repository, { digest, document });
  if (!mayRunOnAmd64(image.config)) throw noPlatform(`${repository.name}@${digest}`);
  return { digest, indexDigest: undefined, platformManifests: [image] };
};
