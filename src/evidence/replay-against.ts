import { sameBytes } from './bytes.ts';
import { explainMismatch } from './explain-mismatch.ts';
import type { LogEvent, Register } from './log-event.ts';
import { REGISTERS, fold, registerLog } from './replay.ts';

/** How one register of the log compares with the quote's. */
export interface RegisterComparison {
  readonly register: Register;
  readonly state: 'matches' | 'differs' | 'not-replayable';
  /** What the log comes to; undefined where it is stripped or an event has no digest. */
  readonly computed: Uint8Array | undefined;
  /** What the quote says. */
  readonly expected: Uint8Array;
  /** For `differs`, which event is to blame as far as it can be told; for `not-replayable`, the reason. */
  readonly explanation: readonly string[];
}

const compare = (events: readonly LogEvent[], register: Register, expected: Uint8Array): RegisterComparison => {
  const log = registerLog(events, register);
  if ('notReplayable' in log) {
    return { register, state: 'not-replayable', computed: undefined, expected, explanation: [log.notReplayable] };
  }
  const digests = log.extensions.flatMap((extension) => ('digest' in extension ? [extension.digest] : []));
  const computed = digests.length === log.extensions.length ? fold(digests) : undefined;
  if (computed !== undefined && sameBytes(computed, expected)) {
    return { register, state: 'matches', computed, expected, explanation: [] };
  }
  return { register, state: 'differs', computed, expected, explanation: explainMismatch(log.extensions, expected) };
};

/**
 * Replays the log and holds each register against the quote's: `rtmrs` are RTMR0 to RTMR3, 48 bytes each. An event
 * whose given digest does not fit its payload makes its register differ, whatever the fold of the given digests comes
 * to. Throws nothing for what the log holds.
 */
export const replayAgainst = (
  events: readonly LogEvent[],
  rtmrs: readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array],
): readonly RegisterComparison[] => REGISTERS.map((register) => compare(events, register, rtmrs[register]));
