import { sameBytes, sha384 } from './bytes.ts';
import type { LogEvent } from './log-event.ts';
import { registerLog } from './replay.ts';

/** A log, and where its quote ends in it. */
export interface SplitLog {
  /** What the quote may cover: the log without `later`. Whether it does is for the replay to say. */
  readonly quoted: readonly LogEvent[];
  /** RTMR3's events of after the quote, in their order: nothing covers them. */
  readonly later: readonly LogEvent[];
}

const READY = 'system-ready';

/**
 * Splits a log that may be newer than its quote: an agent's `Info` holds the log as it is now, beside a certificate whose quote was
 * made when the agent started (dstack guest-agent, `Info`). Only events after `system-ready` can be later ones: all that dstack
 * measured for itself stands before. Where an event's digest does not fit, or RTMR3 of the quote is at no such place of the log, or at its end, nothing is
 * split off, and the replay judges the log as a whole.
 * @param rtmr3 48 bytes, of the signed quote
 */
export const splitLog = (events: readonly LogEvent[], rtmr3: Uint8Array): SplitLog => {
  const whole: SplitLog = { quoted: events, later: [] };
  const log = registerLog(events, 3);
  if ('notReplayable' in log) return whole;
  const { extensions } = log;
  const ready = extensions.findIndex(({ event }) => event.name === READY);
  let value: Uint8Array = new Uint8Array(48);
  for (const [at, extension] of extensions.entries()) {
    if ('error' in extension) return whole;
    value = sha384(value, extension.digest);
    if (at < ready || ready < 0 || !sameBytes(value, rtmr3)) continue;
    const later = extensions.slice(at + 1);
    if (later.some((one) => 'error' in one)) return whole;
    const places = new Set(later.map(({ index }) => index));
    return { quoted: events.filter((_, index) => !places.has(index)), later: later.map(({ event }) => event) };
  }
  return whole;
};
