import type { Logger } from '../../base/log.ts';
import { type EventState, receiptBytes } from '../../evidence/receipt/receipt.ts';
import { receiptDigest, receiptReportData, type Statement, statementBytes } from '../../evidence/receipt/statement.ts';
import { connectAgent, type GuestQuote } from '../../guest/agent.ts';
import { AGENT_TIMES, type AgentTimes } from '../../guest/limits.ts';
import type { Pin } from '../../pin/types.ts';
import type { BroughtSource } from '../../source/bring.ts';
import { LaunchError } from '../errors.ts';
import { settleEvent } from './event.ts';
import { type StartFacts, statementOf } from './facts.ts';
import { contradictsLaunch, isGone, launchErrorOf } from './failure.ts';
import { receiptFolder, removeReceipt, writeReceipt } from './folder.ts';

export interface ReceiptTask {
  pin: Pin;
  source: BroughtSource;
  facts: StartFacts;
  socketPath: string;
  environment: Readonly<Record<string, string | undefined>>;
  log: Logger;
}

/** Lowers or raises how long all calls to the agent may take together, in milliseconds. */
export const TIMEOUT_VARIABLE = 'TWL_AGENT_TIMEOUT_MS';

/** @throws LaunchError `limit-variable` */
const timesOf = (environment: ReceiptTask['environment']): AgentTimes => {
  const text = environment[TIMEOUT_VARIABLE];
  if (text === undefined) return AGENT_TIMES;
  // Six digits are a quarter of an hour: whoever waits longer waits in vain.
  if (!/^[1-9][0-9]{0,5}$/.test(text)) {
    throw new LaunchError('limit-variable', `${TIMEOUT_VARIABLE} is no whole number from 1 to 999999`, {
      hint: 'it counts milliseconds; without it 30000 holds',
    });
  }
  const totalMs = Number(text);
  const within = (ms: number): number => Math.min(ms, totalMs);
  // Whoever gives the agent more time in all may mean its first byte.
  const idleMs = Math.max(within(AGENT_TIMES.idleMs), Math.floor(totalMs / 3));
  return { totalMs, connectMs: within(AGENT_TIMES.connectMs), idleMs };
};

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/**
 * Leaves the receipt of a checked source, before anything of it runs: the event, the quote, the file, and one line in the log.
 *
 * With RECEIPT=auto what fails is a warning, and the receipt holds what could be had; but a log in which something else came first is an
 * error always. With RECEIPT=required every failure is an error, but an agent that has no EmitEvent.
 * @throws LaunchError `receipt-…`, `limit-variable`
 */
export const leaveReceipt = async (task: ReceiptTask): Promise<void> => {
  const { pin, source, facts, environment, log } = task;
  const times = timesOf(environment);
  const checkedAt = performance.now();
  let isAgentGone = false;
  /** Tries one part; undefined where it failed and the launch goes on without. */
  const attempt = async <T>(part: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await part();
    } catch (thrown) {
      const error = launchErrorOf(thrown);
      if (pin.receipt === 'required' || error.code === 'limit-variable' || contradictsLaunch(error)) throw error;
      isAgentGone ||= isGone(error);
      log.warning(error.message, { code: error.code });
      return undefined;
    }
  };

  // First what costs nothing and may fail.
  const folder = await attempt(() => receiptFolder(environment, source.root));
  const made = await attempt(() => {
    const statement = statementOf(pin, source, facts, checkedAt);
    return { statement, bytes: statementBytes(statement) };
  });
  if (made === undefined) return;
  const payload = receiptDigest(made.statement.claim);
  const agent = connectAgent(task.socketPath, times);
  const event: EventState = (await attempt(() => settleEvent(agent, payload))) ?? 'failed';
  const quote = isAgentGone ? undefined : await attempt(() => agent.getQuote(receiptReportData(made.bytes)));
  if (folder === undefined) return;
  if (event === 'failed' && quote === undefined) {
    await attempt(() => removeReceipt(folder));
    return;
  }
  const file = await attempt(() => writeReceipt(folder, receiptBytes({ statementBytes: made.bytes, event, quote })));
  if (file !== undefined) say(log, made.statement, payload, { event, quote, file });
};

/** One line, far below the 16 KiB at which docker splits. */
const say = (
  log: Logger,
  { claim }: Statement,
  payload: Uint8Array,
  { event, quote, file }: { event: EventState; quote: GuestQuote | undefined; file: string },
): void => {
  const line = { claim: hexOf(payload), commit: claim.commit, event, quote: quote !== undefined, file };
  log.info(`receipt: ${JSON.stringify(line)}`);
};
