import { BaseError } from '../../../base/error.ts';
import { COSIGN_ATTESTATION, COSIGN_SIGNATURE } from '../../../provenance/cosign.ts';
import { MAX_BUNDLE_BYTES, MAX_BUNDLES } from '../../../provenance/limits.ts';
import { BUNDLE_MEDIA_TYPES } from '../../../provenance/media-type.ts';
import type { Descriptor } from '../../../registry/descriptor.ts';
import { type Digest, referrersTag } from '../../../registry/digest.ts';
import { RegistryError } from '../../../registry/errors.ts';
import type { Repository } from '../../../registry/repository.ts';
import { type ProvenanceDocument, unavailable } from './document.ts';

/** What `read` gives; where it fails for a reason of the registry's, that it did. */
const orUnavailable = async (
  origin: string,
  read: () => Promise<readonly ProvenanceDocument[]>,
): Promise<readonly ProvenanceDocument[]> => {
  try {
    return await read();
  } catch (error) {
    if (error instanceof BaseError) return [unavailable(origin, error)];
    throw error;
  }
};

/**
 * The bundles of one manifest that refers to an image. It has one layer; the type in the list is not believed, the
 * layer's is.
 */
const fromReferrer = async (
  repository: Repository,
  image: Digest,
  referrer: Descriptor,
  origin: string,
): Promise<readonly ProvenanceDocument[]> => {
  const { document } = await repository.manifest(referrer.digest);
  // An index refers to nothing by a bundle, and what other tools attach (SBOMs, scans) is none.
  if (document.kind === 'index') return [];
  const bundles = document.layers.filter(({ mediaType }) => BUNDLE_MEDIA_TYPES.includes(mediaType));
  if (bundles.length > 0 && document.subject?.digest !== image) {
    throw new RegistryError('bad-manifest', `${repository.name}@${referrer.digest} refers to another image`);
  }
  const found: ProvenanceDocument[] = [];
  for (const layer of bundles) {
    found.push({ kind: 'bundle', origin, bytes: await repository.blob(layer, MAX_BUNDLE_BYTES) });
  }
  return found;
};

const fromReferrers = async (repository: Repository, image: Digest): Promise<readonly ProvenanceDocument[]> => {
  const { via, descriptors } = await repository.referrers(image);
  const found: ProvenanceDocument[] = [];
  for (const referrer of descriptors.slice(0, MAX_BUNDLES)) {
    const origin = `${repository.name}@${referrer.digest} (${via})`;
    found.push(...(await orUnavailable(origin, () => fromReferrer(repository, image, referrer, origin))));
  }
  if (descriptors.length > MAX_BUNDLES) {
    const why = `${descriptors.length} manifests refer to the image; the first ${MAX_BUNDLES} are looked at`;
    found.push(unavailable(repository.name, new RegistryError('too-large', why)));
  }
  return found;
};

/**
 * What cosign pushed before it wrote bundles: a tag of the image's digest, one layer for each attestation or signature.
 */
const fromTag = async (
  repository: Repository,
  tag: string,
  mediaType: string,
): Promise<readonly ProvenanceDocument[]> => {
  const fetched = await repository.manifest(tag).catch((error: unknown) => {
    if (error instanceof RegistryError && error.code === 'not-found') return undefined;
    throw error;
  });
  const name = `${repository.name}:${tag}`;
  if (fetched === undefined) return [];
  if (fetched.document.kind === 'index') throw new RegistryError('bad-manifest', `${name} is an index`);
  const found: ProvenanceDocument[] = [];
  for (const [index, layer] of fetched.document.layers.entries()) {
    const origin = `${name}, layer ${index + 1}`;
    if (layer.mediaType !== mediaType) continue;
    found.push(
      ...(await orUnavailable(origin, async () => {
        const content = await repository.blob(layer, MAX_BUNDLE_BYTES);
        const { annotations } = layer;
        return [{ kind: 'cosign-layer', origin, layer: { mediaType, annotations, content } }];
      })),
    );
  }
  return found;
};

/**
 * Everything that the registry of an image has to prove who built it: bundles that refer to it, by the referrers API or
 * the tag that stands in for it; and what cosign put under `sha256-<hex>.att` and `.sig`. All of them, since none that
 * is there may hide another. Open the repository with a `deadline`: each of hundreds of requests has its own time
 * otherwise. Never throws for what the registry does: what cannot be had is in the answer.
 */
export const fromRegistry = async (repository: Repository, image: Digest): Promise<readonly ProvenanceDocument[]> => {
  const tag = referrersTag(image);
  const places: readonly [string, () => Promise<readonly ProvenanceDocument[]>][] = [
    [`what refers to ${repository.name}@${image}`, () => fromReferrers(repository, image)],
    [`${repository.name}:${tag}.att`, () => fromTag(repository, `${tag}.att`, COSIGN_ATTESTATION)],
    [`${repository.name}:${tag}.sig`, () => fromTag(repository, `${tag}.sig`, COSIGN_SIGNATURE)],
  ];
  const found: ProvenanceDocument[] = [];
  for (const [origin, read] of places) found.push(...(await orUnavailable(origin, read)));
  return found;
};
