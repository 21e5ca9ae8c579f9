/** Documents that name one image (OCI image specification; Docker's "Image Manifest Version 2, Schema 2"). */
const MANIFEST_TYPES: readonly string[] = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
/** Documents that list manifests, one for each platform. */
const INDEX_TYPES: readonly string[] = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];

/** What the referrers API answers with. */
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';

/** All four: docker-registry answers 404 for an OCI manifest to who does not say that it reads them. */
export const ACCEPTED_MANIFESTS = [...MANIFEST_TYPES, ...INDEX_TYPES].join(', ');

/** What a document of this type is; undefined where the type is not known. */
export const kindOf = (mediaType: string): 'manifest' | 'index' | undefined => {
  if (MANIFEST_TYPES.includes(mediaType)) return 'manifest';
  return INDEX_TYPES.includes(mediaType) ? 'index' : undefined;
};

/** How the tar of a layer is packed. Layers that registries do not hold ("foreign") are not known. */
const LAYER_PACKING: Readonly<Record<string, 'none' | 'gzip' | 'zstd'>> = {
  'application/vnd.oci.image.layer.v1.tar': 'none',
  'application/vnd.oci.image.layer.v1.tar+gzip': 'gzip',
  'application/vnd.oci.image.layer.v1.tar+zstd': 'zstd',
  'application/vnd.docker.image.rootfs.diff.tar.gzip': 'gzip',
};

/** How a layer of this type is packed; undefined where the type is not known. */
export const packingOf = (mediaType: string): 'none' | 'gzip' | 'zstd' | undefined =>
  Object.hasOwn(LAYER_PACKING, mediaType) ? LAYER_PACKING[mediaType] : undefined;

/** The type in a `Content-Type` header, without parameters, lower case. */
export const bareType = (header: string | undefined): string => (header ?? '').split(';')[0]!.trim().toLowerCase();
