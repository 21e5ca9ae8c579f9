// SIMULATED hardware: a confidential VM that measured the compose file. The containers in it are real ones.
import { mkdirSync } from 'node:fs';
import { nearReportData } from '../../../src/evidence/report-data.ts';
import { connectAgent } from '../../../src/guest/agent.ts';
import { type Deployment, simulate } from '../../../test/mocks/deployment.ts';
import type { MockEvent } from '../../../test/mocks/deployment/event.ts';
import { publicDataOf } from '../../../test/mocks/deployment/public-data.ts';
import { startGuestAgent } from '../../../test/mocks/guest-agent/start.ts';
import type { MockIntel } from '../../../test/mocks/intel/intel.ts';
import type { Folder } from './folder.ts';

export interface Machine {
  readonly deployment: Deployment;
  /** The guest agent's. */
  readonly socket: string;
  /** What RTMR3 holds beside what dstack measured. */
  events(): readonly MockEvent[];
  /** What the node would answer at `/public_data`: a quote of now over its keys. The stub has no such page. */
  publicData(): Promise<string>;
  stop(): Promise<void>;
}

/** As NEAR's nodes are deployed: a local key provider and no instance id, and so no gateway. */
export const bootMachine = async (folder: Folder, intel: MockIntel, composeFile: string): Promise<Machine> => {
  const deployment = simulate({ intel, composeFile, keyProvider: 'local-sgx', instanceId: '' });
  mkdirSync(folder.join('machine'), { recursive: true });
  const agent = await startGuestAgent({ deployment, socketPath: folder.join('machine/dstack.sock') });
  return {
    deployment,
    socket: agent.socketPath,
    events: () => agent.events().slice(deployment.events.length),
    publicData: async () => {
      const { quote } = await connectAgent(agent.socketPath).getQuote(nearReportData(deployment.nearKeys));
      const measured = { ...deployment, events: agent.events(), body: { ...deployment.body, rtmr3: agent.rtmr3() } };
      const collateral = intel.collateral({ withPckChain: true, nuls: true });
      return JSON.stringify(publicDataOf(measured, quote, deployment.nearKeys, collateral));
    },
    stop: agent.close,
  };
};
