import { arrayOf, objectOf, parseJson, stringOf, type JsonObject } from '../base/json.ts';
import { GuestError } from './errors.ts';
import { exchange } from './exchange.ts';
import { AGENT_TIMES, type AgentTimes, MAX_ANSWER_BYTES, MAX_ANSWER_DEPTH, MAX_QUOTE_BYTES } from './limits.ts';
import { malformed, readAnswer } from './read-answer.ts';

/** What is read of `Info`: statements of the agent, which nothing proves. */
export interface GuestInfo {
  /** The events of `tcb_info`, not looked at. */
  readonly eventLog: readonly unknown[];
}

export interface GuestQuote {
  readonly quote: Uint8Array;
  /** JSON text, as the agent gave it. */
  readonly eventLog: string;
  /** JSON text, as the agent gave it; empty where it gave none. */
  readonly vmConfig: string;
}

/** The guest agent of dstack, by what it can do and not by its version. Every call throws {@link GuestError}. */
export interface GuestAgent {
  info(): Promise<GuestInfo>;
  /** A quote over 64 bytes. That it holds them is checked, its signature is not. */
  getQuote(reportData: Uint8Array): Promise<GuestQuote>;
  /** Extends RTMR3. `agent-unsupported` where the agent cannot (dstack 0.6). After any other failure it may have happened. */
  emitEvent(name: string, payload: Uint8Array): Promise<void>;
}

const REPORT_DATA_BYTES = 64;
const HEX = /^[0-9a-f]+$/;

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const readInfo = (answer: JsonObject): GuestInfo => {
  const text = stringOf(answer.tcb_info, 'tcb_info');
  const options = { maxBytes: MAX_ANSWER_BYTES, maxDepth: MAX_ANSWER_DEPTH, name: 'tcb_info' };
  const tcbInfo = objectOf(parseJson(text, options), 'tcb_info');
  return { eventLog: arrayOf(tcbInfo.event_log, 'tcb_info.event_log') };
};

const contradicts = (what: string): GuestError =>
  new GuestError('agent-contradicts', `the guest agent's quote is not the one that was asked for: ${what}`, {
    hint: 'look at what listens at the socket: it is not to be trusted',
  });

const readQuote = (answer: JsonObject, reportData: Uint8Array): GuestQuote => {
  const text = stringOf(answer.quote, 'quote');
  const eventLog = stringOf(answer.event_log, 'event_log');
  const vmConfig = answer.vm_config === undefined ? '' : stringOf(answer.vm_config, 'vm_config');
  if (text.length > 2 * MAX_QUOTE_BYTES) {
    throw new GuestError('agent-too-large', `the guest agent's quote is larger than ${MAX_QUOTE_BYTES} bytes`);
  }
  if (text.length % 2 !== 0 || !HEX.test(text)) {
    throw new GuestError('agent-malformed', "the guest agent's answer to GetQuote: quote is not lower-case hex");
  }
  const echoed = answer.report_data;
  if (echoed !== undefined && echoed !== hexOf(reportData)) throw contradicts('it says other report data');
  // Where in the quote they stand is for whoever verifies it; that they are not there at all is seen here.
  const quote = Buffer.from(text, 'hex');
  if (!quote.includes(Buffer.from(reportData))) throw contradicts('it does not hold the report data');
  return { quote: new Uint8Array(quote), eventLog, vmConfig };
};

/**
 * A client for as long as one task takes: the time for all its calls begins here.
 * @param socketPath as `findAgent` gives it
 */
export const connectAgent = (socketPath: string, times: AgentTimes = AGENT_TIMES): GuestAgent => {
  const deadline = performance.now() + times.totalMs;
  const call = async <T>(method: string, parameters: object, read: (answer: JsonObject) => T): Promise<T> => {
    const answer = readAnswer(method, await exchange({ socketPath, method, parameters, times, deadline }));
    try {
      return read(answer);
    } catch (error) {
      throw error instanceof GuestError ? error : malformed(method, error);
    }
  };
  return {
    info: () => call('Info', {}, readInfo),
    getQuote: async (reportData) => {
      if (reportData.length !== REPORT_DATA_BYTES) throw new RangeError('report data are 64 bytes');
      return await call('GetQuote', { report_data: hexOf(reportData) }, (answer) => readQuote(answer, reportData));
    },
    // What a method without a result answers does not matter.
    emitEvent: async (name, payload) => {
      // ':' stands between name and payload in what is hashed: with one in the name there would be two ways to read it.
      if (name.includes(':')) throw new RangeError("the name of an event holds no ':'");
      await call('EmitEvent', { event: name, payload: hexOf(payload) }, () => undefined);
    },
  };
};
