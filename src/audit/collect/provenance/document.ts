import { BaseError } from '../../../base/error.ts';
import { escapeText } from '../../../base/escape.ts';
import { type CosignLayer, readCosignLayer } from '../../../provenance/cosign.ts';
import { ProvenanceError } from '../../../provenance/errors.ts';
import { MAX_BUNDLES } from '../../../provenance/limits.ts';
import { type BundleSource, readBundles } from '../../../provenance/read-bundles.ts';

/**
 * Bytes that may prove who built an image, as they were found. Where they come from is not trusted: a bundle proves
 * itself.
 */
export type ProvenanceDocument =
  /** One bundle, JSONL of several, or an answer of GitHub's API. */
  | { readonly kind: 'bundle'; readonly origin: string; readonly bytes: Uint8Array }
  /** One layer of cosign's form before bundles. */
  | { readonly kind: 'cosign-layer'; readonly origin: string; readonly layer: CosignLayer }
  /** A place that should have some and does not give them. One such place does not hide the others. */
  | { readonly kind: 'unavailable'; readonly origin: string; readonly error: BaseError<string> };

export const unavailable = (origin: string, error: BaseError<string>): ProvenanceDocument => ({
  kind: 'unavailable',
  origin,
  error,
});

/** What `read` gives of one place; where it fails for a reason of that place, that it did. */
export const orUnavailable = async (
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

const readOne = (document: Exclude<ProvenanceDocument, { kind: 'unavailable' }>): readonly BundleSource[] => {
  const { origin } = document;
  if (document.kind === 'cosign-layer') return [readCosignLayer(document.layer, origin)];
  try {
    return readBundles(document.bytes, origin);
  } catch (error) {
    if (error instanceof ProvenanceError) return [{ origin, error }];
    throw error;
  }
};

/** How many of each list are kept that come to `max` at most: the first of each, then the second, so that a long one hides no other. */
const shares = (lengths: readonly number[], max: number): readonly number[] => {
  const kept = lengths.map(() => 0);
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  let left = max;
  for (let round = 0; round < longest && left > 0; round++) {
    for (const [index, length] of lengths.entries()) {
      if (length <= round || left === 0) continue;
      kept[index] = round + 1;
      left--;
    }
  }
  return kept;
};

/**
 * Every bundle in what was collected, read, up to MAX_BUNDLES; and apart from them the places that gave nothing, with the reason, and how many
 * bundles are left out.
 */
export const readDocuments = (
  documents: readonly ProvenanceDocument[],
): { readonly sources: readonly BundleSource[]; readonly failures: readonly string[] } => {
  const read = documents.flatMap((one) => (one.kind === 'unavailable' ? [] : [readOne(one)]));
  const kept = shares(
    read.map(({ length }) => length),
    MAX_BUNDLES,
  );
  const all = read.reduce((sum, { length }) => sum + length, 0);
  const cut = all > MAX_BUNDLES ? [`of ${all} bundles that were found ${MAX_BUNDLES} are looked at`] : [];
  return {
    sources: read.flatMap((sources, index) => sources.slice(0, kept[index])),
    failures: [
      ...documents.flatMap((one) =>
        one.kind === 'unavailable' ? [`${escapeText(one.origin)}: ${one.error.message}`] : [],
      ),
      ...cut,
    ],
  };
};
