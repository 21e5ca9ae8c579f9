import { dirname } from 'node:path';
import { onTestFinished } from 'vitest';
import { collectRuntime, type RuntimeSources } from '../../../src/audit/collect/runtime/collect-runtime.ts';
import type { AuditEvidence } from '../../../src/audit/evidence.ts';
import type { Expectations } from '../../../src/audit/expectations.ts';
import type { Deployment } from '../../mocks/deployment.ts';
import type { DeploymentOptions } from '../../mocks/deployment/options.ts';
import { type GuestAgent, type GuestAgentOptions, startGuestAgent } from '../../mocks/guest-agent/start.ts';
import { startResponder } from '../../responder/support.ts';
import { type RunResult, runLauncher } from '../../support/run-launcher.ts';
import { useScratch } from '../../support/use-scratch.ts';
import type { Change, Story } from '../steps/support/story.ts';

export interface Machine {
  readonly agent: GuestAgent;
  /** The path of the receipt. */
  readonly receipt: string;
  /** The real launcher, once. */
  launch(env?: Record<string, string>): Promise<RunResult>;
  /** The address of the real twl-attest. */
  attest(): Promise<string>;
  /** The machine as it is now: its answers are over the register with the events so far. */
  now(): Deployment;
  /** An agent's `Info` of it, with all that it leads to, and what is named of the launch. */
  gather(sources?: Partial<RuntimeSources>, expected?: Partial<Expectations>): Promise<AuditEvidence>;
  expectations(expected?: Partial<Expectations>): Expectations;
}

export const NO_SOURCES: RuntimeSources = { receipt: undefined, attest: undefined, nonce: undefined, logs: undefined };

/** A simulated machine that is to run the story's commit, by the real programs. Inside a test only. */
export const bootMachine = async (
  story: Story,
  options: Omit<GuestAgentOptions, 'deployment'> & {
    readonly deployment?: DeploymentOptions;
    /** RECEIPT of the pin; `required` where not given. */
    readonly mode?: 'auto' | 'required';
  } = {},
): Promise<Machine> => {
  const scratch = useScratch();
  const workDir = scratch.join('volume/checkout');
  const { deployment: more, mode = 'required', ...agentOptions } = options;
  const pin = { REPO_URL: story.source, WORK_DIR: workDir, RECEIPT: mode };
  const change: Change = {
    pin,
    compose: (text) => text.replace('checkout:/srv/workload', `checkout:${dirname(workDir)}`),
  };
  const deployment = story.deploy({ ...change, ...(more === undefined ? {} : { deployment: more }) });
  const agent = await startGuestAgent({ ...agentOptions, deployment });
  onTestFinished(() => agent.close());
  const folder = scratch.join('receipts');
  const env = { TWL_AGENT_SOCKET: agent.socketPath, TWL_RUN_DIR: folder };
  const now = (): Deployment => {
    const userEvents = agent.events().slice(deployment.events.length);
    return story.deploy({ ...change, deployment: { ...more, userEvents } });
  };
  const expectations = (expected: Partial<Expectations> = {}): Expectations =>
    story.expectations(deployment, {
      expected: { repository: { value: story.source, source: '--repo' }, ...expected },
    });
  return {
    agent,
    receipt: `${folder}/receipt.json`,
    launch: (more = {}) => runLauncher({ config: `${story.pinText(pin)}\n`, env: { ...env, ...more } }),
    attest: async () => `http://127.0.0.1:${(await startResponder({ env })).port}`,
    now,
    expectations,
    gather: async (sources = {}, expected = {}) => ({
      ...(await story.gather(now(), expectations(expected), change)),
      ...(await collectRuntime({ ...NO_SOURCES, ...sources })),
    }),
  };
};
