import { escapeText } from '../base/escape.ts';
import { objectOf, parseJson } from '../base/json.ts';
import { guarded, ProvenanceError } from './errors.ts';
import { base64Of } from './fields.ts';
import { MAX_DEPTH, MAX_ROOT_BYTES, MAX_SEEDS_BYTES } from './limits.ts';
import { readTrustedRoots, type TrustedRoot } from './trusted-root.ts';

/** The repository of the public instance, under which `seeds.json` keeps its targets. */
const REPOSITORY = 'https://tuf-repo-cdn.sigstore.dev';

/** SHA-256 of the public instance's trusted root as TUF's target of September 2025 has it (sigstore/root-signing). */
export const PUBLIC_GOOD_SHA256 = '6494e21ea73fa7ee769f85f57d5a3e6a08725eae1e38c755fc3517c9e6bc0b66';

/**
 * The public instance's root out of `seeds.json` of the npm package `@sigstore/tuf`. The package is not believed: the root must
 * have the hash that is written here. Throws {@link ProvenanceError}: `wrong-root` where it has another.
 */
export const readPublicGoodRoot = (seeds: Uint8Array, source: string): TrustedRoot => {
  const what = escapeText(source);
  const bytes = guarded('bad-root', what, () => {
    const json = parseJson(seeds, { maxBytes: MAX_SEEDS_BYTES, maxDepth: MAX_DEPTH, name: source });
    const repository = objectOf(objectOf(json, what)[REPOSITORY], `${what}: ${REPOSITORY}`);
    const targets = objectOf(repository.targets, `${what}: targets`);
    return base64Of(targets['trusted_root.json'], MAX_ROOT_BYTES, 'bad-root', `${what}: trusted_root.json`);
  });
  const root = readTrustedRoots(bytes, `${source}, trusted_root.json`)[0]!;
  if (root.sha256 !== PUBLIC_GOOD_SHA256) {
    throw new ProvenanceError('wrong-root', `${what} holds the root ${root.sha256}, not ${PUBLIC_GOOD_SHA256}`, {
      hint: 'take the version of @sigstore/tuf that package-lock.json names, or give the root as a file',
    });
  }
  return root;
};
