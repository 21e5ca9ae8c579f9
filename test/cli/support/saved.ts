import { writeFileSync } from 'node:fs';
import { type Deployment, simulate } from '../../mocks/deployment.ts';
import { LAUNCHER_IMAGE } from '../../mocks/deployment/app-compose.ts';
import type { DeploymentOptions } from '../../mocks/deployment/options.ts';
import { pemChain } from '../../mocks/pem.ts';
import type { Scratch } from '../../support/scratch.ts';
import { useScratch } from '../../support/use-scratch.ts';

/** A simulated deployment, and what an auditor has of it on the disk. */
export interface Saved {
  readonly scratch: Scratch;
  readonly deployment: Deployment;
  readonly info: string;
  readonly collateral: string;
  readonly root: string;
  readonly policy: string;
  /** Arguments that make all of step 1 pass. */
  readonly good: readonly string[];
  write(name: string, content: string | Uint8Array): string;
}

/** A policy that knows the simulated images and the one who gave the keys. */
export const policyFor = ({ osImage, keyProvider }: Deployment): string => {
  const { name, hash, mrtd, rtmr1, rtmr2 } = osImage;
  return [
    `key_provider_id = "${keyProvider.id}"`,
    '[[os_image]]',
    `name = "${name}"`,
    ...(hash === undefined ? [] : [`hash = "${hash}"`]),
    `mrtd = "${mrtd}"`,
    `rtmr1 = "${rtmr1}"`,
    `rtmr2 = "${rtmr2}"`,
    '[[launcher]]',
    `digest = "${LAUNCHER_IMAGE.slice(LAUNCHER_IMAGE.indexOf('@') + 1)}"`,
    'program = "trusted-workload-launcher"',
    '',
  ].join('\n');
};

/** Saves the answer, the collateral, the simulated root and a policy. Inside a test only. */
export const save = (options: DeploymentOptions = {}): Saved => {
  const scratch = useScratch();
  const deployment = simulate(options);
  const write = (name: string, content: string | Uint8Array): string => {
    const path = scratch.join(name);
    writeFileSync(path, content);
    return path;
  };
  const info = write('info.json', JSON.stringify(deployment.info()));
  const collateral = write('collateral.json', JSON.stringify(deployment.collateral()));
  const root = write('root.pem', pemChain([deployment.intel.root.der]));
  const policy = write('policy.toml', policyFor(deployment));
  const at = String(deployment.intel.now);
  const good = ['--mock-root', root, '--collateral', collateral, '--at', at, '--policy', policy];
  return { scratch, deployment, info, collateral, root, policy, good, write };
};
