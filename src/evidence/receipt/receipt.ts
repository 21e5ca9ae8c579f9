import { parseJson, stringOf } from '../../base/json.ts';
import { utf8 } from '../bytes.ts';
import { bytesOfHex, hexOf } from '../hex.ts';
import { MAX_CONFIG_BYTES, MAX_EVENT_LOG_BYTES, MAX_QUOTE_BYTES } from '../limits.ts';
import { EvidenceError } from '../errors.ts';
import { ReceiptError } from './errors.ts';
import { MAX_RECEIPT_BYTES } from './limits.ts';
import { bad, closedObject } from './read-fields.ts';
import { asReceiptError, readStatement } from './read-statement.ts';
import type { Statement } from './statement.ts';

/** The first member of every receipt. */
export const RECEIPT_SCHEMA = 'trusted-workload-launcher/receipt/v1';
const SCHEMA_FAMILY = /^trusted-workload-launcher\/receipt\/v[0-9]+$/;

/**
 * What became of the event in RTMR3, as the launcher tells it: written by this start; found, so that an earlier start of the same boot
 * wrote it; an agent that cannot write events; or a failure that RECEIPT=auto let pass. The log and the quote say what is true.
 */
export const EVENT_STATES = ['emitted', 'found', 'unsupported', 'failed'] as const;
export type EventState = (typeof EVENT_STATES)[number];

/** A quote whose report data are `receiptReportData` of the statement, with what the agent gave along. */
export interface ReceiptQuote {
  readonly quote: Uint8Array;
  /** JSON text, as the agent gave it. */
  readonly eventLog: string;
  /** JSON text, as the agent gave it; empty where it gave none. */
  readonly vmConfig: string;
}

export interface Receipt {
  /** RFC 8785 text: what is hashed. */
  readonly statementBytes: Uint8Array;
  readonly statement: Statement;
  readonly event: EventState;
  /** Undefined where the agent gave none, and RECEIPT=auto let that pass. */
  readonly quote: ReceiptQuote | undefined;
}

const KEYS = ['schema', 'statement', 'event', 'quote', 'event_log', 'vm_config'];

/**
 * The bytes of a receipt file.
 * @throws ReceiptError `too-large`: a log or config beyond what {@link readReceipt} takes
 */
export const receiptBytes = ({ statementBytes, event, quote }: Omit<Receipt, 'statement'>): Uint8Array => {
  if (quote !== undefined) checkSizes(quote);
  const file = {
    schema: RECEIPT_SCHEMA,
    statement: Buffer.from(statementBytes).toString('utf8'),
    event,
    quote: quote === undefined ? null : hexOf(quote.quote),
    event_log: quote === undefined ? null : quote.eventLog,
    vm_config: quote === undefined ? null : quote.vmConfig,
  };
  const bytes = utf8(`${JSON.stringify(file)}\n`);
  if (bytes.length > MAX_RECEIPT_BYTES) throw tooLarge('the receipt', MAX_RECEIPT_BYTES);
  return bytes;
};

const tooLarge = (what: string, bound: number): ReceiptError =>
  new ReceiptError('too-large', `${what} is larger than ${bound} bytes`);

const checkSizes = ({ quote, eventLog, vmConfig }: ReceiptQuote): void => {
  if (quote.length > MAX_QUOTE_BYTES) throw tooLarge('the quote', MAX_QUOTE_BYTES);
  if (Buffer.byteLength(eventLog) > MAX_EVENT_LOG_BYTES) throw tooLarge('event_log', MAX_EVENT_LOG_BYTES);
  if (Buffer.byteLength(vmConfig) > MAX_CONFIG_BYTES) throw tooLarge('vm_config', MAX_CONFIG_BYTES);
};

const readQuote = (text: string, eventLog: string, vmConfig: string): ReceiptQuote => {
  try {
    const quote = bytesOfHex(text, 'quote', { maxLength: MAX_QUOTE_BYTES });
    if (quote.length === 0) throw bad('quote is empty');
    return { quote, eventLog, vmConfig };
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    const code = error.code === 'too-large' ? 'too-large' : 'bad-receipt';
    throw new ReceiptError(code, error.message, { cause: error });
  }
};

/**
 * A receipt from the bytes of its file. All that is checked is that it is one and that its statement is written in the one way that it
 * can be: the quote is not looked into, and nothing in it is believed.
 * @throws ReceiptError `too-large`, `bad-receipt`, `unknown-version`
 */
export const readReceipt = (bytes: Uint8Array): Receipt =>
  asReceiptError(() => {
    const json = parseJson(bytes, { maxBytes: MAX_RECEIPT_BYTES, maxDepth: 2, name: 'the receipt' });
    const schema = typeof json === 'object' && json !== null && 'schema' in json ? json.schema : undefined;
    if (typeof schema === 'string' && schema !== RECEIPT_SCHEMA && SCHEMA_FAMILY.test(schema)) {
      throw new ReceiptError('unknown-version', `the receipt is of schema ${schema}; ${RECEIPT_SCHEMA} is known`, {
        hint: 'use a newer version of this program',
      });
    }
    const file = closedObject(json, KEYS, 'the receipt');
    if (schema !== RECEIPT_SCHEMA) throw bad(`schema is not '${RECEIPT_SCHEMA}'`);
    const event = EVENT_STATES.find((state) => state === file.event);
    if (event === undefined) throw bad(`event is none of ${EVENT_STATES.join(', ')}`);
    const statementBytes = utf8(stringOf(file.statement, 'statement'));
    const parts = [file.quote, file.event_log, file.vm_config];
    const quote = parts.every((part) => part === null)
      ? undefined
      : readQuote(
          stringOf(file.quote, 'quote'),
          stringOf(file.event_log, 'event_log'),
          stringOf(file.vm_config, 'vm_config'),
        );
    if (quote !== undefined) checkSizes(quote);
    return { statementBytes, statement: readStatement(statementBytes), event, quote };
  });
