import { type JsonObject, objectOf, parseJson } from '../../../base/json.ts';
import type { Evidence } from '../../../evidence/evidence.ts';
import { MAX_APP_COMPOSE_BYTES, MAX_EVENT_LOG_BYTES } from '../../../evidence/limits.ts';
import type { LogEvent } from '../../../evidence/log-event.ts';
import { readEventLog } from '../../../evidence/read-event-log.ts';
import { CollectError } from '../errors.ts';
import { MAX_ANSWER_BYTES, MAX_ANSWER_DEPTH } from '../limits.ts';
import { offered, textBytes } from './parts.ts';

/** `tcb_info`: an object, or as agents give it, the text of one. Throws JsonError. */
export const tcbInfoOf = (value: unknown, what: string): JsonObject => {
  const limits = { name: what, maxBytes: MAX_ANSWER_BYTES, maxDepth: MAX_ANSWER_DEPTH };
  return objectOf(typeof value === 'string' ? parseJson(value, limits) : value, what);
};

/** An event log as an array, or as the text of one. Throws JsonError and EvidenceError. */
export const eventLogOf = (value: unknown, what: string): readonly LogEvent[] =>
  readEventLog(typeof value === 'string' ? parseJson(value, { name: what, maxBytes: MAX_EVENT_LOG_BYTES }) : value);

/** The exact bytes of app-compose.json, which answers hold as a string. */
export const composeBytes = (value: unknown, what: string): Uint8Array => {
  const bytes = textBytes(value, what);
  if (bytes.length <= MAX_APP_COMPOSE_BYTES) return bytes;
  throw new CollectError('too-large', `${what} is larger than ${MAX_APP_COMPOSE_BYTES} bytes`);
};

/** The parts that `tcb_info` holds. */
export const readTcbInfo = (tcbInfo: JsonObject, origin: string): Pick<Evidence, 'eventLog' | 'appCompose'> => ({
  ...offered('eventLog', `${origin}.event_log`, tcbInfo.event_log, eventLogOf),
  ...offered('appCompose', `${origin}.app_compose`, tcbInfo.app_compose, composeBytes),
});

/** What a reader should know where `tcb_info` is empty. */
export const noTcbInfo = (origin: string): string =>
  `${origin} is empty: the deployment keeps it to itself (public_tcbinfo = false), so app-compose is not there to be checked`;
