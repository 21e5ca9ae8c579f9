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

/** How a server is asked. Times in milliseconds. */
export interface HttpLimits {
  /** Name, TCP and TLS: a healthy server needs below one second. */
  readonly connectMs: number;
  /** Without a byte: an agent makes its certificate on the first request, which takes some seconds. */
  readonly idleMs: number;
  /** All attempts and redirects together: what sends a byte now and then ends here. */
  readonly totalMs: number;
  /** Tries when the failure is transient. */
  readonly attempts: number;
  /** First pause between attempts; doubles, with jitter. */
  readonly backoffMs: number;
  /** Longest pause that a server may ask for. */
  readonly retryAfterMs: number;
  /** A gateway that has moved needs one. */
  readonly redirects: number;
}

export const HTTP_LIMITS: HttpLimits = {
  connectMs: 15_000,
  idleMs: 20_000,
  totalMs: 60_000,
  attempts: 4,
  backoffMs: 500,
  retryAfterMs: 20_000,
  redirects: 3,
};
