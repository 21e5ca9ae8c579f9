import { escapeText } from '../../../base/escape.ts';
import { type JsonObject, objectOf, parseJson, stringOf } from '../../../base/json.ts';
import { utf8 } from '../../../evidence/bytes.ts';
import { readEventLogBytes } from '../../../evidence/event-log-bytes.ts';
import { bytesOfHex } from '../../../evidence/hex.ts';
import { MAX_QUOTE_BYTES } from '../../../evidence/limits.ts';
import type { AttestAnswer } from '../../runtime/attest-answer.ts';
import { CollectError } from '../errors.ts';
import { MAX_ATTEST_BYTES } from './limits.ts';

/** The first member of every answer (src/responder/answer.ts). */
const SCHEMA = 'twl-attest/v1';
const KEYS = ['schema', 'nonce', 'report_data', 'quote', 'event_log', 'vm_config', 'receipt'];

const bad = (origin: string, why: string): CollectError =>
  new CollectError('bad-answer', `${escapeText(origin)} is no answer of twl-attest: ${why}`, {
    hint: 'ask it at /attest?nonce=<64 hex>, and save the answer as it comes',
  });

/** Every key of an answer and no other: what is left over would be shown to nobody. */
const checkKeys = (answer: JsonObject, origin: string): void => {
  if (answer.schema !== SCHEMA) throw bad(origin, `schema is not '${SCHEMA}'`);
  const odd = Object.keys(answer).find((key) => !KEYS.includes(key));
  if (odd !== undefined) throw bad(origin, `it has a key '${escapeText(odd.slice(0, 100))}'`);
  const lacking = KEYS.find((key) => !Object.hasOwn(answer, key));
  if (lacking !== undefined) throw bad(origin, `it has no '${lacking}'`);
};

/**
 * The answer of twl-attest from its bytes (docs/receipt.md). Only its form is looked at. Nonce and report data, as it repeats them, are left
 * alone: what counts is what was asked and what the quote holds.
 * @param origin what the bytes are, for messages
 * @throws CollectError `bad-answer`, JsonError, EvidenceError
 */
export const readAttest = (bytes: Uint8Array, origin: string): AttestAnswer => {
  const answer = objectOf(parseJson(bytes, { name: origin, maxBytes: MAX_ATTEST_BYTES, maxDepth: 1 }), origin);
  checkKeys(answer, origin);
  const quote = bytesOfHex(stringOf(answer.quote, 'quote'), 'quote', { maxLength: MAX_QUOTE_BYTES });
  const eventLog = readEventLogBytes(utf8(stringOf(answer.event_log, 'event_log')));
  return { quote, eventLog, receipt: utf8(stringOf(answer.receipt, 'receipt')) };
};
