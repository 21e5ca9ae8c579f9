/** One bundle as JSON: provenance has 10 to 30 KiB, GitHub takes predicates of at most 16 MiB. */
export const MAX_BUNDLE_BYTES = 16 * 1024 * 1024;
/** One file or answer that holds several: JSONL of a few hundred attestations stays below 8 MiB. */
export const MAX_BUNDLES_BYTES = 32 * 1024 * 1024;
/** Bundles looked at for one image. GitHub's API gives 30 a page; each costs some milliseconds to verify. */
export const MAX_BUNDLES = 200;
/** Entries of a transparency log in one bundle. One is usual. */
export const MAX_LOG_ENTRIES = 8;
/** RFC 3161 timestamps in one bundle. One is usual. */
export const MAX_TIMESTAMPS = 8;
/** Certificates in the chain of a v0.1 or v0.2 bundle; only the leaf is looked at. */
export const MAX_CHAIN_CERTIFICATES = 10;
/** A Fulcio leaf has under 2 KiB. */
export const MAX_CERTIFICATE_BYTES = 64 * 1024;
/** A public key as PEM: RSA-4096 has 800 bytes. */
export const MAX_KEY_BYTES = 16 * 1024;
/** A DSSE or message signature: RSA-4096 has 512 bytes. */
export const MAX_SIGNATURE_BYTES = 4 * 1024;
/** A timestamp response with a chain in it has some 6 KiB. */
export const MAX_TIMESTAMP_BYTES = 64 * 1024;
/** Hashes of an inclusion proof: a tree of 2^63 leaves needs 63. */
export const MAX_PROOF_HASHES = 64;
/** A checkpoint with a dozen witnesses has some 2 KiB. */
export const MAX_CHECKPOINT_LENGTH = 16 * 1024;
/** Names of kinds and versions, key hints, media types, payload types. */
export const MAX_NAME_LENGTH = 256;
/** Subjects of one statement. A release with a thousand files exists; GitHub takes 1024. */
export const MAX_SUBJECTS = 4096;
/** A trusted root has 7 KiB (public-good) or 30 KiB (GitHub, six generations). */
export const MAX_ROOT_BYTES = 1024 * 1024;
/** Roots in one file: `gh attestation trusted-root` writes two. */
export const MAX_ROOTS = 8;
/** Logs, and generations of an authority, in one root. GitHub adds two generations a year. */
export const MAX_ROOT_MEMBERS = 64;
/** The TUF seeds of `@sigstore/tuf`: 60 KiB. */
export const MAX_SEEDS_BYTES = 4 * 1024 * 1024;
/** Levels of objects and arrays. SBOM predicates nest some ten deep. */
export const MAX_DEPTH = 64;
/** How far in the future a certificate may begin: clocks differ. Seconds. */
export const MAX_CLOCK_SKEW = 300;
