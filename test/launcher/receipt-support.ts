import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { type Receipt, readReceipt } from '../../src/evidence/receipt/receipt.ts';
import { type GuestAgent, type GuestAgentOptions, startGuestAgent } from '../mocks/guest-agent/start.ts';
import { type RunOptions, type RunResult, runLauncher, startLauncher } from '../support/run-launcher.ts';
import { type PinValues, type Served, serve } from './support.ts';

export const ENTRY = 'echo the workload ran\n';
export const RAN = 'the workload ran\n';

interface Line {
  level: string;
  message: string;
  code?: string;
}

export interface Stand extends Served {
  agent: GuestAgent;
  /** The path of the receipt. */
  file: string;
  env: Record<string, string>;
  launch(values?: PinValues, more?: Partial<RunOptions>): Promise<RunResult>;
  /** As `launch`; killed when the agent is asked for this method for the so-manieth time. */
  launchKilledAt(method: string, times: number): Promise<RunResult>;
  receipt(): Receipt;
  hasReceipt(): boolean;
  /** How often the agent was asked for a method. */
  asked(method: string): number;
  /** Payloads of the launcher's events in the agent's log, hex. */
  events(): string[];
}

/** A repository, an agent, and the real launcher between them. Inside a test only. */
export const stand = async (
  options: GuestAgentOptions = {},
  files: Parameters<typeof serve>[0] = { 'tee-launch.sh': ENTRY },
): Promise<Stand> => {
  const served = await serve(files);
  const agent = await startGuestAgent(options);
  onTestFinished(() => agent.close());
  const folder = served.scratch.join('receipts');
  const file = `${folder}/receipt.json`;
  const env = { LOG_FORMAT: 'json', TWL_AGENT_SOCKET: agent.socketPath, TWL_RUN_DIR: folder };
  const optionsFor = (values: PinValues, more: Partial<RunOptions>): RunOptions => ({
    config: served.pin(values),
    ...more,
    env: { ...env, ...more.env },
  });
  const asked = (name: string): number => agent.requests.filter(({ method }) => method === name).length;
  return {
    ...served,
    agent,
    file,
    env,
    launch: (values = {}, more = {}) => runLauncher(optionsFor(values, more)),
    launchKilledAt: async (method, times) => {
      const before = asked(method);
      const running = startLauncher(optionsFor({}, {}));
      const timer = setInterval(() => {
        if (asked(method) - before >= times) running.kill('SIGKILL');
      }, 1);
      const result = await running.result;
      clearInterval(timer);
      return result;
    },
    receipt: () => readReceipt(readFileSync(file)),
    hasReceipt: () => existsSync(file),
    asked,
    events: () =>
      agent
        .events()
        .flatMap(({ event, event_payload }) => (event === 'trusted-workload-launcher' ? [event_payload] : [])),
  };
};

export const linesOf = ({ stderr }: RunResult): Line[] =>
  stderr
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line);

/** The codes of warnings, in order. */
export const warningsOf = (result: RunResult): (string | undefined)[] =>
  linesOf(result).flatMap(({ level, code }) => (level === 'warning' ? [code] : []));

export const errorOf = (result: RunResult): Line | undefined => linesOf(result).find(({ level }) => level === 'error');

export const sha256Hex = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
