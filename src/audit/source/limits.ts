/** The largest entry script that is shown and compared: the one of the MPC repository has 10 KiB. */
export const MAX_ENTRY_BYTES = 256 * 1024;
/** The largest manifest of packages that is looked into; larger ones are taken to name packages. */
export const MAX_MANIFEST_BYTES = 256 * 1024;
/** Manifests that are looked into; a repository with more is told by its first ones. */
export const MAX_MANIFESTS = 500;
/** Findings of one kind that are listed one by one; the rest is counted. */
export const MAX_FINDINGS_OF_A_KIND = 20;
/** Paths of a comparison that are listed one by one; the rest is counted. */
export const MAX_CHANGES = 2000;
/** A commit's signature: OpenPGP ones have 1 KiB, gitsign's 5 KiB. */
export const MAX_SIGNATURE_BYTES = 128 * 1024;
/** Lines by which two scripts may differ and still be compared one by one: the work grows with their square, and 2,000 take a tenth of a second. */
export const MAX_DIFF_EDITS = 2000;
/** How long gpg may look at one signature. */
export const GPG_MS = 10_000;
