import { setTimeout as sleep } from 'node:timers/promises';
import { type CollectError, isTransient } from './errors.ts';
import { getOnce, type HttpReply } from './http-once.ts';
import { HTTP_LIMITS, type HttpLimits } from './limits.ts';

export interface HttpOptions {
  readonly maxBytes: number;
  /** Whether the user named this address: then its own origin, and nothing it redirects to, may be on a private network. */
  readonly named: boolean;
  /** PEM certificates that replace the built-in roots. */
  readonly ca?: string;
  readonly limits?: Partial<HttpLimits>;
  /** Monotonic time (`performance.now()`) at which everything ends, where several requests share one. */
  readonly deadline?: number;
}

/**
 * The body of a 200 at `url`, by GET without credentials, over TLS that is verified (http: on loopback only; the caller sees to
 * it). Transient failures are tried again: busy servers, resets; with jitter, or as long as the server asks for, never past
 * the deadline. Redirects: same origin, or https to a public address. Throws CollectError: `not-found`,
 * `server-busy`, `server-refused`, `connection-failed`, `timed-out`, `certificate-refused`, `redirect-refused`,
 * `address-refused`, `too-large`, `bad-answer`.
 */
export const httpGet = async (url: URL, options: HttpOptions): Promise<HttpReply> => {
  const limits: HttpLimits = { ...HTTP_LIMITS, ...options.limits };
  const deadline = options.deadline ?? performance.now() + limits.totalMs;
  const once = {
    limits,
    deadline,
    namedOrigin: options.named ? url.origin : undefined,
    ca: options.ca,
    maxBytes: options.maxBytes,
  };
  for (let attempt = 1; ; attempt++) {
    try {
      return await getOnce(url, once);
    } catch (error) {
      if (attempt >= limits.attempts || !isTransient(error)) throw error;
      const pause = pauseAfter(error, attempt, limits);
      // Waiting past the end would only turn a reason into a time-out.
      if (pause === undefined || performance.now() + pause >= deadline) throw error;
      await sleep(pause);
    }
  }
};

/** Milliseconds to wait; undefined where the server asks for longer than we are ready to. */
const pauseAfter = (error: CollectError, attempt: number, limits: HttpLimits): number | undefined => {
  const asked = error.retryAfterMs;
  if (asked !== undefined) return asked <= limits.retryAfterMs ? asked : undefined;
  const full = limits.backoffMs * 2 ** (attempt - 1);
  // Between half and all of it, so that many who were turned away together do not come back together.
  return full / 2 + (Math.random() * full) / 2;
};
