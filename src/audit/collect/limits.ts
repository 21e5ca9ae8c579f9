import { HTTP_LIMITS as REGISTRY_LIMITS, type HttpLimits } from '../../registry/limits.ts';

export type { HttpLimits };

/** A saved answer, or one from an agent: an honest one is below 100 KiB; dstack's own cap on requests and attestations. */
export const MAX_ANSWER_BYTES = 10 * 1024 * 1024;
/**
 * An answer with other lines around its JSON, which is searched for: what `phala cvms attestation` prints is below 100 KiB, and text
 * that opens like JSON again and again makes the search expensive.
 */
export const MAX_NOISY_BYTES = 256 * 1024;
/** Agent answers nest fewer than 10 deep. */
export const MAX_ANSWER_DEPTH = 32;
/** A file of collateral: two CRLs, two JSON texts, three chains; about 24 KiB. */
export const MAX_COLLATERAL_BYTES = 1024 * 1024;

/** How an agent or a PCCS is asked: as a registry is, which has more to send and gets longer in all. */
export const HTTP_LIMITS: HttpLimits = { ...REGISTRY_LIMITS, totalMs: 60_000 };
