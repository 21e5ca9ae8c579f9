import type { PlatformImage } from '../../../registry/describe-image.ts';
import { isDigest } from '../../../registry/digest.ts';
import { parseReference, showReference } from '../../../registry/reference.ts';
import type { Policy } from '../../policy/policy.ts';

/** An image that another one may be made from. */
export interface NamedBase {
  readonly digest: string;
  /** Registry and repository that are said to hold it; undefined: where the other one is. */
  readonly name: string | undefined;
  /** Who says so. */
  readonly source: string;
}

/** Image annotations of OCI (image specification, "Pre-Defined Annotation Keys"), which are written as labels, too. */
const BASE_DIGEST = 'org.opencontainers.image.base.digest';
const BASE_NAME = 'org.opencontainers.image.base.name';

/** Of those that a policy names; each costs a few requests. */
const MAX_BASES = 8;

/** `NAME[:TAG]@sha256:…` or what an annotation holds: the repository. */
const repositoryNameOf = (text: string | undefined): string | undefined => {
  if (text === undefined) return undefined;
  try {
    return showReference({ ...parseReference(text), tag: undefined, digest: undefined });
  } catch {
    // A hint that is none leaves the image's own repository to look at.
    return undefined;
  }
};

/** What the image says that it is made from: a hint, from the side that is to be checked. */
const hintOf = ({ manifest, config }: PlatformImage): NamedBase | undefined => {
  const [where, hints] =
    manifest.annotations[BASE_DIGEST] === undefined ? ['label', config.labels] : ['annotation', manifest.annotations];
  const digest = hints[BASE_DIGEST];
  if (digest === undefined || !isDigest(digest)) return undefined;
  return { digest, name: repositoryNameOf(hints[BASE_NAME]), source: `the image's ${where} ${BASE_DIGEST}` };
};

/**
 * The images that one may be made from: the one that the auditor named; else those that a policy says hold the launcher; else what the image
 * itself says, which the provenance of that one has to prove.
 * @param digest of the image, as the compose names it
 * @param base `NAME@sha256:…`, named by the auditor
 */
export const nameBases = (
  digest: string,
  image: PlatformImage,
  { launchers }: Policy,
  base: string | undefined,
): readonly NamedBase[] => {
  const hint = hintOf(image);
  if (base !== undefined) {
    const at = base.lastIndexOf('@');
    return [{ digest: base.slice(at + 1), name: repositoryNameOf(base), source: '--base' }];
  }
  if (launchers === undefined) return hint === undefined ? [] : [hint];
  const stated = launchers
    .filter(({ value }) => value.digest !== digest)
    .map(({ value, source }): NamedBase => ({ digest: value.digest, name: hint?.name, source }));
  // Where a policy names the derived image itself, what that says of its base is as good as without a policy.
  const isStated = stated.length < launchers.length;
  const own = hint !== undefined && isStated && !stated.some((one) => one.digest === hint.digest) ? [hint] : [];
  const isHinted = (one: NamedBase): boolean => one.digest === hint?.digest;
  return [...stated.filter(isHinted), ...own, ...stated.filter((one) => !isHinted(one))].slice(0, MAX_BASES);
};
