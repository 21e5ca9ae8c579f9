import { eventLabel } from '../event-label.ts';
import { sameBytes } from '../bytes.ts';
import { hexOf } from '../hex.ts';
import type { LogEvent } from '../log-event.ts';
import { ReceiptError } from './errors.ts';
import { LAUNCHER_EVENT } from './statement.ts';

const READY = 'system-ready';

/**
 * How often the launcher's event stands in a log, each with this payload: 0, once, or more often. It must be the first event of
 * RTMR3 after `system-ready`, since what holds the agent's socket can write any event, and the workload gets to do so only after the
 * launcher. Digests are not looked at, nor which events dstack itself makes: that is for whoever replays the log against a quote.
 * @throws ReceiptError `not-ready`, `event-before`, `other-launcher`
 */
export const countLauncherEvents = (events: readonly LogEvent[], payload: Uint8Array): number => {
  const runtime = events.flatMap((event, index) => (event.register === 3 ? [{ event, index }] : []));
  const launchers = runtime.filter(({ event }) => event.name === LAUNCHER_EVENT);
  const other = launchers.find(({ event }) => !sameBytes(event.payload, payload));
  if (other !== undefined) {
    const { event, index } = other;
    const shown = event.payload.length === payload.length ? hexOf(event.payload) : `${event.payload.length} bytes`;
    throw new ReceiptError(
      'other-launcher',
      `${eventLabel(index, event)} in the log of this boot says ${shown}, and this launch is ${hexOf(payload)}`,
      { hint: 'one launcher and one pin for each boot: restart the machine after the pin was changed' },
    );
  }
  const ready = runtime.findIndex(({ event }) => event.name === READY);
  if (ready < 0) {
    throw new ReceiptError('not-ready', `the event log has no '${READY}'`, {
      hint: 'dstack up to 0.3 is not supported',
    });
  }
  const first = runtime[ready + 1];
  const early = runtime.slice(0, ready).find(({ event }) => event.name === LAUNCHER_EVENT);
  const before = early ?? (first !== undefined && first.event.name !== LAUNCHER_EVENT ? first : undefined);
  if (before !== undefined) {
    throw new ReceiptError(
      'event-before',
      `${eventLabel(before.index, before.event)} was written before the launcher's own`,
      {
        hint: "let nothing else have the agent's socket before the launcher, or set RECEIPT=off",
      },
    );
  }
  return launchers.length;
};
