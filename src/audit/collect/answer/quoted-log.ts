import { sameBytes } from '../../../evidence/bytes.ts';
import type { Part } from '../../../evidence/evidence.ts';
import type { LogEvent } from '../../../evidence/log-event.ts';

const isSame = (a: LogEvent, b: LogEvent | undefined): boolean =>
  b !== undefined && a.eventType === b.eventType && a.name === b.name && sameBytes(a.payload, b.payload);

const ofRtmr3 = (log: readonly LogEvent[]): LogEvent[] => log.filter(({ register }) => register === 3);

/**
 * The log as it was when the certificate's quote was made. An agent keeps its certificate, quote included, until it restarts, while the log
 * in `tcb_info` goes on: what applications extended since then is in no register of that quote. Undefined where nothing came after, or where
 * the two logs are not one log at two times; then the log of `tcb_info` stands, and its replay says what is wrong.
 */
export const quotedLog = (
  certificate: Part<readonly LogEvent[]> | undefined,
  current: Part<readonly LogEvent[]> | undefined,
): { readonly eventLog: Part<readonly LogEvent[]>; readonly note: string } | undefined => {
  if (certificate === undefined || current === undefined || 'error' in certificate || 'error' in current)
    return undefined;
  const then = ofRtmr3(certificate.value);
  const now = ofRtmr3(current.value);
  if (then.length >= now.length || !then.every((event, index) => isSame(event, now[index]))) return undefined;
  const later = new Set(now.slice(then.length));
  return {
    eventLog: {
      origin: `${current.origin}, as far as the certificate's log goes`,
      value: current.value.filter((event) => !later.has(event)),
    },
    note: `${later.size} of the events in ${current.origin} came after the certificate's quote was made, which does not cover them: twl-attest answers with a quote that does`,
  };
};
