import { COSIGN_ATTESTATION, COSIGN_SIGNATURE } from '../../../provenance/cosign.ts';
import { MAX_BUNDLE_BYTES, MAX_BUNDLES } from '../../../provenance/limits.ts';
import { BUNDLE_MEDIA_TYPES } from '../../../provenance/media-type.ts';
import type { Descriptor } from '../../../registry/descriptor.ts';
import { type Digest, referrersTag } from '../../../registry/digest.ts';
import { RegistryError } from '../../../registry/errors.ts';
import type { Repository } from '../../../registry/repository.ts';
import { ALLOWANCES, type Allowance, Budget } from './budget.ts';
import { orUnavailable, type ProvenanceDocument, unavailable } from './document.ts';

/** What `read` gives of a layer, within the budget, and of the same `identity` once. What could not be had does not count as seen. */
const once = async (
  { size }: Descriptor,
  identity: string,
  origin: string,
  budget: Budget,
  read: () => Promise<readonly ProvenanceDocument[]>,
): Promise<readonly ProvenanceDocument[]> => {
  if (budget.has(identity)) return [];
  // A larger one is not fetched, and says so itself.
  if (!budget.admit(size > MAX_BUNDLE_BYTES ? 0 : size)) return [];
  return await orUnavailable(origin, async () => {
    const found = await read();
    budget.keep(identity);
    return found;
  });
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
  budget: Budget,
): Promise<readonly ProvenanceDocument[]> => {
  const { document, bytes } = await repository.manifest(referrer.digest);
  budget.count(bytes.length);
  // An index refers to nothing by a bundle, and what other tools attach (SBOMs, scans) is none.
  if (document.kind === 'index') return [];
  const bundles = document.layers.filter(({ mediaType }) => BUNDLE_MEDIA_TYPES.includes(mediaType));
  if (bundles.length > 0 && document.subject?.digest !== image) {
    throw new RegistryError('bad-manifest', `${repository.name}@${referrer.digest} refers to another image`);
  }
  const found: ProvenanceDocument[] = [];
  for (const layer of bundles) {
    const read = async (): Promise<readonly ProvenanceDocument[]> => [
      { kind: 'bundle', origin, bytes: await repository.blob(layer, MAX_BUNDLE_BYTES) },
    ];
    found.push(...(await once(layer, layer.digest, origin, budget, read)));
  }
  return found;
};

const fromReferrers = async (
  repository: Repository,
  image: Digest,
  budget: Budget,
): Promise<readonly ProvenanceDocument[]> => {
  const { via, descriptors } = await repository.referrers(image);
  const found: ProvenanceDocument[] = [];
  for (const [index, referrer] of descriptors.slice(0, MAX_BUNDLES).entries()) {
    if (budget.isSpent) {
      budget.leaveOut(descriptors.length - index);
      return found;
    }
    const origin = `${repository.name}@${referrer.digest} (${via})`;
    found.push(...(await orUnavailable(origin, () => fromReferrer(repository, image, referrer, origin, budget))));
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
  budget: Budget,
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
    const { annotations, digest } = layer;
    const read = async (): Promise<readonly ProvenanceDocument[]> => {
      const content = await repository.blob(layer, MAX_BUNDLE_BYTES);
      return [{ kind: 'cosign-layer', origin, layer: { mediaType, annotations, content } }];
    };
    // Two who sign the same payload differ in the annotations, which hold the signature.
    found.push(...(await once(layer, `${digest} ${JSON.stringify(annotations)}`, origin, budget, read)));
  }
  return found;
};

/**
 * Everything that the registry of an image has to prove who built it: bundles that refer to it, by the referrers API or
 * the tag that stands in for it; and what cosign put under `sha256-<hex>.att` and `.sig`. All of them, since none that
 * is there may hide another, up to what ALLOWANCES give each place. Open the repository with a `deadline`: each of hundreds of requests has its own time
 * otherwise. Never throws for what the registry does: what cannot be had is in the answer.
 */
export const fromRegistry = async (repository: Repository, image: Digest): Promise<readonly ProvenanceDocument[]> => {
  const tag = referrersTag(image);
  const { referrers, attestationTag, signatureTag } = ALLOWANCES;
  const { name } = repository;
  const places: readonly [string, Allowance, (budget: Budget) => Promise<readonly ProvenanceDocument[]>][] = [
    [`what refers to ${name}@${image}`, referrers, (budget) => fromReferrers(repository, image, budget)],
    [`${name}:${tag}.att`, attestationTag, (budget) => fromTag(repository, `${tag}.att`, COSIGN_ATTESTATION, budget)],
    [`${name}:${tag}.sig`, signatureTag, (budget) => fromTag(repository, `${tag}.sig`, COSIGN_SIGNATURE, budget)],
  ];
  const found: ProvenanceDocument[] = [];
  for (const [origin, allowance, read] of places) {
    const budget = new Budget(origin, allowance);
    found.push(...(await orUnavailable(origin, () => read(budget))), ...budget.told());
  }
  return found;
};
