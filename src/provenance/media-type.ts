import { ProvenanceError } from './errors.ts';
import { shown } from './fields.ts';

/** The versions of the bundle format, of which v0.3 has two spellings (sigstore/protobuf-specs, sigstore_bundle.proto). */
const VERSIONS: Readonly<Record<string, BundleVersion>> = {
  'application/vnd.dev.sigstore.bundle+json;version=0.1': '0.1',
  'application/vnd.dev.sigstore.bundle+json;version=0.2': '0.2',
  'application/vnd.dev.sigstore.bundle+json;version=0.3': '0.3',
  'application/vnd.dev.sigstore.bundle.v0.3+json': '0.3',
};

export type BundleVersion = '0.1' | '0.2' | '0.3';

/** Media types of bundles that are read; a registry names them as the artifact type of a referrer. */
export const BUNDLE_MEDIA_TYPES: readonly string[] = Object.keys(VERSIONS);

/** What a v0.1 bundle calls itself. */
export const V01_MEDIA_TYPE = 'application/vnd.dev.sigstore.bundle+json;version=0.1';

/** The version of a bundle. The library verifies a media type that it does not know as the newest one; here it is an error. */
export const versionOf = (mediaType: string, what: string): BundleVersion => {
  const version = Object.hasOwn(VERSIONS, mediaType) ? VERSIONS[mediaType] : undefined;
  if (version !== undefined) return version;
  throw new ProvenanceError('media-type', `${what} has the media type ${shown(mediaType)}, which is not known`, {
    hint: 'bundles of the versions 0.1, 0.2 and 0.3 are read',
  });
};
