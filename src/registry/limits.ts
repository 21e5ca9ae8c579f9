/**
 * A manifest or an index: what registries take at most (OCI distribution specification, "Pushing Manifests": 4 MiB).
 */
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
/** The config of an image: its history and environment, some 10 KiB. */
export const MAX_CONFIG_BYTES = 4 * 1024 * 1024;
/** Manifests and configs nest below 10 deep. */
export const MAX_DEPTH = 32;
/** Layers of one image: the engines themselves stop at 127. */
export const MAX_LAYERS = 256;
/** Manifests of one index: a base image for every platform has some 30, with attestations twice that. */
export const MAX_INDEX_MANIFESTS = 1024;
/**
 * Children of an index that may run on linux/amd64: one for it and one for 386, or one for each of the variants v1 to v4. Each costs two
 * requests.
 */
export const MAX_PLATFORM_CHILDREN = 8;
/** Referrers of one image, over all pages. One attestation for each build is usual; each costs two requests to open. */
export const MAX_REFERRERS = 1024;
/** Pages of referrers: registries put some hundred on one. */
export const MAX_REFERRER_PAGES = 32;
/** Annotations of one descriptor. cosign writes six. */
export const MAX_ANNOTATIONS = 256;
/** Names of types, platforms and digests in a manifest. */
export const MAX_NAME_LENGTH = 512;

/** A token: JWTs have some 3 KiB; servers refuse headers of more than 8 to 32 KiB. */
export const MAX_TOKEN_LENGTH = 16 * 1024;
/** The answer that holds one. */
export const MAX_TOKEN_ANSWER_BYTES = 64 * 1024;
/** A `WWW-Authenticate` header, and the address of a token server in it. Real ones have some 200. */
export const MAX_CHALLENGE_LENGTH = 4096;
export const MAX_URL_LENGTH = 2048;

/** A layer that adds a config, as it is sent: a config has at most 64 KiB. */
export const MAX_ADDED_LAYER_BYTES = 4 * 1024 * 1024;
/** The same inflated. gzip packs zeros a thousandfold, so this is counted while inflating. */
export const MAX_INFLATED_BYTES = 16 * 1024 * 1024;
/** Layers that an image may have above the launcher's: one for each COPY. */
export const MAX_ADDED_LAYERS = 16;
/** Entries of such a layer: the config and the folders above it. */
export const MAX_LAYER_ENTRIES = 1024;
/** Linux: PATH_MAX. */
export const MAX_PATH_BYTES = 4096;
/** Extended headers of one entry of a layer: a path, a link and some attributes. */
export const MAX_PAX_BYTES = 64 * 1024;

/** How a registry is asked. Times in milliseconds. */
export interface HttpLimits {
  /** Name, TCP and TLS: a healthy registry needs below one second. */
  readonly connectMs: number;
  /** Without a byte. Registries that ask their storage first take a few seconds. */
  readonly idleMs: number;
  /** One operation with its token, attempts and redirects: what sends a byte now and then ends here. */
  readonly totalMs: number;
  /** Tries when the failure is transient. */
  readonly attempts: number;
  /** First pause between attempts; doubles, with jitter. */
  readonly backoffMs: number;
  /** Longest pause that a registry may ask for. */
  readonly retryAfterMs: number;
  /** Blobs are one redirect away, in the storage behind the registry. */
  readonly redirects: number;
}

export const HTTP_LIMITS: HttpLimits = {
  connectMs: 15_000,
  idleMs: 20_000,
  totalMs: 90_000,
  attempts: 4,
  backoffMs: 500,
  retryAfterMs: 20_000,
  redirects: 3,
};
