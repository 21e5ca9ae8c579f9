import { readEventLogBytes } from '../../../src/evidence/event-log-bytes.ts';
import type { LogEvent } from '../../../src/evidence/log-event.ts';
import type { Deployment } from '../../mocks/deployment.ts';

/** The log as `GetQuote` gives it. */
export const readInfoLog = (deployment: Deployment): readonly LogEvent[] =>
  readEventLogBytes(Buffer.from(deployment.eventLog('get-quote')));
