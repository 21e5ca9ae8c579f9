import { escapeText } from '../base/escape.ts';
import { MAX_SHOWN_EVENTS } from './limits.ts';
import type { LogEvent } from './log-event.ts';

/**
 * How an event is called in messages: its place in the whole log, counted from 1, and its name, or its type where it
 * has none.
 */
export const eventLabel = (index: number, event: LogEvent): string =>
  event.name === ''
    ? `event ${index + 1} (type 0x${event.eventType.toString(16)})`
    : `event ${index + 1} '${escapeText(event.name)}'`;

/** Labels in one line; what is beyond the limit is counted. */
export const listed = (labels: readonly string[]): string => {
  const more = labels.length - MAX_SHOWN_EVENTS;
  return labels.slice(0, MAX_SHOWN_EVENTS).join(', ') + (more > 0 ? ` and ${more} more` : '');
};
