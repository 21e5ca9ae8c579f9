import type { RetryRule } from './config/launcher-config.ts';
import { BACKOFF_FACTOR, MAX_RETRY_AFTER_MS } from './limits.ts';

export type Sleep = (ms: number) => Promise<void>;

/** Milliseconds before retry number `retry`, counted from 0: grows by the half each time, up to the longest. */
export const pauseBefore = (retry: number, { firstMs, longestMs }: RetryRule): number =>
  Math.min(firstMs * BACKOFF_FACTOR ** retry, longestMs);

/** Why an attempt failed. */
export interface Failure {
  /** Whether the same attempt can go well later. */
  readonly transient: boolean;
  /** The registry limits how often it may be asked. */
  readonly limited: boolean;
  /** What it asks to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;
}

/**
 * The pause after which to try again, or why not to. A registry that limits requests is given what it asks for, and where it
 * asks for nothing the longest pause of the rule: hurry costs the next attempt too.
 */
export const nextPause = (
  failure: Failure,
  retry: number,
  rule: RetryRule,
): { readonly ms: number } | { readonly stop: 'permanent' | 'exhausted' | 'asked-too-long' } => {
  if (!failure.transient) return { stop: 'permanent' };
  if (retry >= rule.retries) return { stop: 'exhausted' };
  const ms = pauseBefore(retry, rule);
  if (failure.retryAfterMs !== undefined) {
    return failure.retryAfterMs > MAX_RETRY_AFTER_MS
      ? { stop: 'asked-too-long' }
      : { ms: Math.max(ms, failure.retryAfterMs) };
  }
  return { ms: failure.limited ? rule.longestMs : ms };
};
