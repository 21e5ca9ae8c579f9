import { changedSettings } from './compare-config.ts';
import type { PlatformImage } from './describe-image.ts';
import type { Descriptor } from './descriptor.ts';
import type { Digest } from './digest.ts';
import { RegistryError } from './errors.ts';
import { takeVariable } from './image-environment.ts';
import { judgeLayer, type LayerFinding, plainPath } from './layer/judge-layer.ts';
import { readTar, type TarEntry } from './layer/read-tar.ts';
import { unpackLayer } from './layer/unpack-layer.ts';
import { MAX_ADDED_LAYER_BYTES, MAX_ADDED_LAYERS } from './limits.ts';
import { packingOf } from './media-types.ts';
import type { Repository } from './repository.ts';

/** What an image may add to the one that it is made from. */
export interface Admitted {
  /** Absolute paths of files. */
  readonly paths: readonly string[];
  /** The name of a variable. */
  readonly variable: string;
}

/** A layer that an image has above those of the image it is made from. */
export interface AddedLayer {
  readonly digest: Digest;
  readonly entries: readonly TarEntry[];
  readonly findings: readonly LayerFinding[];
}

export interface DerivedImage {
  /** Members of the image's `config` that differ from the lower image's: any of them changes how the launcher runs. */
  readonly changedSettings: readonly string[];
  readonly added: readonly AddedLayer[];
  /** The files that were admitted and are there, by path, as a container finds them: what the highest layer has. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The value of the variable that was admitted, where it is added. */
  readonly variable: string | undefined;
  /** Whether it is the lower image, what was admitted, and nothing else. */
  readonly addsOnlyConfig: boolean;
}

/**
 * Whether two layers are one: the same bytes, unpacked in the same way. Docker's and OCI's names of a packing mean the
 * same.
 */
const isSameLayer = (one: Descriptor, other: Descriptor): boolean => {
  const packing = packingOf(one.mediaType);
  return one.digest === other.digest && packing !== undefined && packing === packingOf(other.mediaType);
};

/** Whether the layers of `image` start with those of `base`: the same bytes, and the same tars in them. */
export const isMadeFrom = (image: PlatformImage, base: PlatformImage): boolean =>
  base.layers.length > 0 &&
  image.layers.length >= base.layers.length &&
  base.layers.every(
    (layer, index) =>
      isSameLayer(layer, image.layers[index]!) && image.config.diffIds[index] === base.config.diffIds[index],
  );

const readLayer = async (
  { name, blob }: Repository,
  image: PlatformImage,
  index: number,
  paths: readonly string[],
): Promise<AddedLayer> => {
  const layer = image.layers[index]!;
  const what = `the layer ${layer.digest} of ${name}`;
  const packed = await blob(layer, MAX_ADDED_LAYER_BYTES);
  const entries = readTar(unpackLayer(packed, layer.mediaType, image.config.diffIds[index]!, what), what);
  return { digest: layer.digest, entries, findings: judgeLayer(entries, paths) };
};

/** What a container finds at the paths; whatever stands there that is no file is a finding of its layer. */
const filesOf = (added: readonly AddedLayer[], paths: readonly string[]): Map<string, Uint8Array> => {
  const files = new Map<string, Uint8Array>();
  for (const entry of added.flatMap(({ entries }) => entries)) {
    const path = paths.find((one) => plainPath(one) === plainPath(entry.path));
    if (path !== undefined && entry.type === 'file') files.set(path, new Uint8Array(entry.content));
  }
  return files;
};

/**
 * What `image` adds to `base`, whose layers it starts with. Only the added layers are fetched, from `repository`, which
 * holds `image`. Throws RegistryError `bad-manifest` where it is not made from `base`, `bad-layer`, `too-large`, and as fetching does.
 */
export const inspectDerived = async (
  repository: Repository,
  image: PlatformImage,
  base: PlatformImage,
  { paths, variable }: Admitted,
): Promise<DerivedImage> => {
  if (!isMadeFrom(image, base)) {
    throw new RegistryError('bad-manifest', `${repository.name}@${image.digest} is not made from ${base.digest}`, {
      hint: 'its lowest layers must be exactly those of the launcher image',
    });
  }
  const count = image.layers.length - base.layers.length;
  if (count > MAX_ADDED_LAYERS) {
    throw new RegistryError(
      'too-large',
      `${repository.name}@${image.digest} adds ${count} layers, more than ${MAX_ADDED_LAYERS}`,
    );
  }
  const added: AddedLayer[] = [];
  for (let index = base.layers.length; index < image.layers.length; index++) {
    added.push(await readLayer(repository, image, index, paths));
  }
  const { value, rest } = takeVariable(image.config.config, variable);
  const changed = changedSettings(base.config.config, rest);
  const addsOnlyConfig = changed.length === 0 && added.every(({ findings }) => findings.length === 0);
  return { changedSettings: changed, added, files: filesOf(added, paths), variable: value, addsOnlyConfig };
};
