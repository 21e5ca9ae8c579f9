import { checkDigest, type Digest } from '../../registry/digest.ts';
import { escapeText } from '../../base/escape.ts';
import { readManifest } from '../../registry/manifest.ts';
import type { Repository } from '../../registry/repository.ts';
import { BundleError } from './errors.ts';

/** A manifest, an index, a config or a layer of an image, by what it hashes to. */
export interface ImageDocument {
  readonly digest: string;
  /** Of a manifest or an index. */
  readonly mediaType: string | null;
  readonly bytes: Uint8Array;
}

/** The same repository, which puts what it gives by digest into `seen`. */
export const keepingDocuments = (repository: Repository, seen: ImageDocument[]): Repository => ({
  ...repository,
  manifest: async (tagOrDigest) => {
    const fetched = await repository.manifest(tagOrDigest);
    seen.push({ digest: fetched.digest, mediaType: fetched.document.mediaType, bytes: fetched.bytes });
    return fetched;
  },
  blob: async (descriptor, maxBytes) => {
    const bytes = await repository.blob(descriptor, maxBytes);
    seen.push({ digest: descriptor.digest, mediaType: null, bytes });
    return bytes;
  },
});

/** A repository of what was saved alone: everything is held against its digest again, and nobody is asked. */
export const savedRepository = (documents: readonly ImageDocument[], name: string): Repository => {
  // The same bytes may be there as a blob, too: those with a type come last, and stay.
  const typed = documents.filter(({ mediaType }) => mediaType !== null);
  const byDigest = new Map([...documents, ...typed].map((one) => [one.digest, one]));
  const find = (digest: Digest | string): ImageDocument => {
    const found = byDigest.get(digest);
    if (found !== undefined) return found;
    throw new BundleError('not-saved', `${escapeText(name)} does not hold ${escapeText(digest.slice(0, 160))}`);
  };
  return {
    name,
    manifest: async (digest) => {
      const { bytes, mediaType } = find(digest);
      const what = `${escapeText(name)}, ${digest}`;
      checkDigest(bytes, digest as Digest, what);
      return { digest: digest as Digest, bytes, document: readManifest(bytes, mediaType ?? '', what) };
    },
    has: async (digest) => byDigest.has(digest),
    blob: async ({ digest }, maxBytes) => {
      const { bytes } = find(digest);
      if (bytes.length > maxBytes) throw new BundleError('too-large', `${escapeText(name)}: ${digest} is too large`);
      checkDigest(bytes, digest, `${escapeText(name)}, ${digest}`);
      return bytes;
    },
    referrers: async () => ({ via: 'tag', descriptors: [] }),
  };
};
