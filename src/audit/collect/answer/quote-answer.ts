import { type JsonObject, stringOf } from '../../../base/json.ts';
import { composeBytes, eventLogOf } from './tcb-info.ts';
import { type Found, offered, quoteBytes } from './parts.ts';
import { readStatements } from './statements.ts';

/** The answer of `GetQuote`, also with what applications add to it: `{quote, event_log, report_data, vm_config, app_compose?}`. */
export const isQuoteAnswer = (answer: JsonObject): boolean => 'quote' in answer;

export const readQuoteAnswer = (answer: JsonObject, origin: string): Found => ({
  kind: 'quote-answer',
  ...offered('quote', `${origin}, quote`, answer.quote, quoteBytes),
  ...offered('eventLog', `${origin}, event_log`, answer.event_log, eventLogOf),
  ...offered('appCompose', `${origin}, app_compose`, answer.app_compose, composeBytes),
  ...offered('vmConfig', `${origin}, vm_config`, answer.vm_config, stringOf),
  statements: readStatements([{ object: answer, origin }]),
  notes: [],
});

/** The bytes of a quote alone. */
export const readRawQuote = (bytes: Uint8Array, origin: string): Found => ({
  kind: 'quote-answer',
  quote: { origin, value: new Uint8Array(bytes) },
  statements: {},
  notes: [`${origin} is a quote and nothing else: there is no event log and no app-compose to be checked`],
});
