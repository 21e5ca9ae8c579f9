import { HTTP_LIMITS as USUAL, type HttpLimits } from '../collect/limits.ts';

/** One file of metadata. Sigstore's own have 1 to 6 KiB; a targets file with delegations 25 KiB. */
export const MAX_METADATA_BYTES = 512 * 1024;
/** A timestamp has under 1 KiB; tuf-js has this limit as well. */
export const MAX_TIMESTAMP_BYTES = 16 * 1024;
/** Levels of objects and arrays: TUF metadata nests 6 deep. */
export const MAX_METADATA_DEPTH = 32;
/** The root file itself: 7 KiB (public-good), 30 KiB (GitHub). */
export const MAX_TRUSTED_ROOT_BYTES = 1024 * 1024;
/** New versions of TUF's root in one refresh. Sigstore made 16 in five years. */
export const MAX_ROOT_ROTATIONS = 64;
/** Roles that targets may be delegated to, looked through for one name. */
export const MAX_DELEGATIONS = 8;
/** What is kept: the roots, four further files and the trusted root in base64. */
export const MAX_RECORD_BYTES = 16 * 1024 * 1024;

/** A refresh makes some ten requests, which share the time. */
export const HTTP_LIMITS: HttpLimits = { ...USUAL, totalMs: 60_000 };
