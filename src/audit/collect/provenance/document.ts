import type { BaseError } from '../../../base/error.ts';
import { escapeText } from '../../../base/escape.ts';
import { type CosignLayer, readCosignLayer } from '../../../provenance/cosign.ts';
import { ProvenanceError } from '../../../provenance/errors.ts';
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

/** Every bundle in what was collected, read; and apart from them the places that gave nothing, with the reason. */
export const readDocuments = (
  documents: readonly ProvenanceDocument[],
): { readonly sources: readonly BundleSource[]; readonly failures: readonly string[] } => ({
  sources: documents.flatMap((one) => (one.kind === 'unavailable' ? [] : readOne(one))),
  failures: documents.flatMap((one) =>
    one.kind === 'unavailable' ? [`${escapeText(one.origin)}: ${one.error.message}`] : [],
  ),
});
