import { escapeText } from '../base/escape.ts';
import { JsonError, objectOf, parseJson, type JsonObject } from '../base/json.ts';
import { GuestError } from './errors.ts';
import type { Answer } from './exchange.ts';
import { MAX_ANSWER_BYTES, MAX_ANSWER_DEPTH, MAX_SHOWN_CHARACTERS } from './limits.ts';

const HINT = 'look at what listens at the socket, and at its version';

/** What a JSON error inside an answer comes to. */
export const malformed = (method: string, error: unknown): GuestError => {
  if (!(error instanceof JsonError)) throw error;
  return new GuestError('agent-malformed', `the guest agent's answer to ${method}: ${error.message}`, {
    hint: HINT,
    cause: error,
  });
};

const parse = (method: string, bytes: Uint8Array): JsonObject => {
  try {
    const options = { maxBytes: MAX_ANSWER_BYTES, maxDepth: MAX_ANSWER_DEPTH, name: 'the body' };
    return objectOf(parseJson(bytes, options), 'the body');
  } catch (error) {
    throw malformed(method, error);
  }
};

/** The message of an answer `{"error": …}`, shortened and escaped; undefined where the body is none. */
const errorMessage = (bytes: Uint8Array): string | undefined => {
  let body: unknown;
  try {
    body = parseJson(bytes, { maxBytes: MAX_ANSWER_BYTES, maxDepth: MAX_ANSWER_DEPTH });
  } catch {
    return undefined;
  }
  if (typeof body !== 'object' || body === null || !('error' in body) || typeof body.error !== 'string')
    return undefined;
  return escapeText(body.error.slice(0, MAX_SHOWN_CHARACTERS));
};

/** Statuses of a server that does not know the method. */
const UNKNOWN_METHOD = [404, 405, 501];
/** How dstack's own router says it with status 400 (dstack ra-rpc). */
const UNKNOWN_METHOD_TEXT = /\b(?:method|service) not found\b|\bunknown method\b/i;

/**
 * The object that an answer holds; an empty body, as methods without a result have, is an empty object. An error is told by the
 * status or by the key `error`, whichever says so.
 * @throws GuestError `agent-unsupported`, `agent-refused`, `agent-malformed`
 */
export const readAnswer = (method: string, { status, body }: Answer): JsonObject => {
  const message = errorMessage(body);
  if (UNKNOWN_METHOD.includes(status) || (status === 400 && UNKNOWN_METHOD_TEXT.test(message ?? ''))) {
    throw new GuestError('agent-unsupported', `the guest agent has no method ${method}`, {
      hint: 'dstack 0.5 has Info, GetQuote and EmitEvent; later ones have no EmitEvent',
    });
  }
  if (status !== 200 || message !== undefined) {
    const said = message === undefined ? `status ${status}` : `status ${status}, ${message}`;
    throw new GuestError('agent-refused', `the guest agent refuses ${method}: ${said}`, {
      hint: "look at the agent's log",
    });
  }
  return body.length === 0 ? {} : parse(method, body);
};
