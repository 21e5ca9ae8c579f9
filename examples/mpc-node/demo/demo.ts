// The whole way of one node: pin, launch, attest, verify. Hardware and Sigstore are pretended; all else is real.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createIntel } from '../../../test/mocks/intel/intel.ts';
import { Sigstore } from '../../../test/mocks-sigstore/sigstore.ts';
import { commitFolder } from '../../hello/commit.ts';
import { serveRepositories } from '../../hello/serve.ts';
import { auditorOptions, runVerify } from './auditor.ts';
import { composeText, overrideText, userConfig } from './deployment.ts';
import type { RunningEngine } from './engine.ts';
import { makeFolder } from './folder.ts';
import { pushImages } from './images.ts';
import { bootMachine } from './machine.ts';
import { openStack } from './stack.ts';
import type { Ran } from './run.ts';

/** What the demo shows, for whoever wants to hold something against it. */
export interface Shown {
  readonly commit: string;
  readonly nodeDigest: string;
  /** Of the launcher, and so of mpc-launcher behind it. */
  readonly log: string;
  /** `docker inspect` of the node. */
  readonly node: Record<string, never>;
  readonly nodeConfig: string;
  /** Names and payloads, in hex, of what RTMR3 holds beside dstack's own. */
  readonly events: readonly (readonly [string, string])[];
  readonly verdict: Ran;
}

const DAY_SECONDS = 24 * 3600;
const REPOSITORY = fileURLToPath(new URL('../repository', import.meta.url));

/** Runs it, and takes away all that it made. `say` gets sentences. Throws where a step does not come to its end. */
export const runDemo = async (
  { docker, socket }: Pick<RunningEngine, 'docker' | 'socket'>,
  registry: string,
  say: (line: string) => void,
): Promise<Shown> => {
  if (spawnSync('git', ['--version'], { stdio: 'ignore' }).status !== 0)
    throw new Error('the demo serves a repository and needs git');
  const folder = makeFolder();
  const ends: (() => unknown)[] = [() => folder.remove()];
  try {
    say('building the image of the launcher with the docker command in it, and a stub of the node; pushing both');
    const images = await pushImages(docker, registry);
    ends.push(() => images.remove());

    const commit = await commitFolder(REPOSITORY, folder.join('git/mpc-node.git'));
    const server = await serveRepositories(folder.join('git'));
    ends.push(() => server.close());
    const pinned = { repository: `${server.url}/mpc-node.git`, commit };
    say(`examples/mpc-node/repository is commit ${commit}, at ${pinned.repository}`);

    const composeFile = composeText(images, pinned);
    const now = Math.floor(Date.now() / 1000);
    const intel = createIntel({ now });
    const machine = await bootMachine(folder, intel, composeFile);
    ends.push(() => machine.stop());
    say('SIMULATED machine: it measured examples/mpc-node/docker-compose.yml with image, pin and digest filled in');

    folder.write('machine/tapp/user_config', userConfig(images));
    const places = { dockerSocket: socket, agentSocket: machine.socket, tapp: folder.join('machine/tapp') };
    const files = [
      folder.write('machine/docker-compose.yml', composeFile),
      folder.write('machine/override.yml', overrideText(places)),
    ];
    const stack = await openStack(docker, folder, files);
    ends.push(() => stack.down());
    say('docker compose up: trusted-workload-launcher, its tee-launch.sh, mpc-launcher');
    const log = await stack.up();

    const [node, nodeConfig] = [await stack.inspectNode(), await stack.nodeConfig()];
    const events = machine.events().map(({ event, event_payload }) => [event, event_payload] as const);
    for (const [name, payload] of events) say(`RTMR3 holds ${name} ${payload}`);

    const sigstore = new Sigstore({ uri: 'https://fulcio.sigstore.dev', start: now - 60 * DAY_SECONDS });
    const known = { intel, sigstore, deployment: machine.deployment, images, composeFile, pinned };
    const target = folder.write('auditor/public_data.json', await machine.publicData());
    const options = [...auditorOptions(folder, known), '--attest', await stack.attest()];
    say('twl verify public_data.json --profile mpc --allowed allowed.json …');
    const verdict = await runVerify(folder, target, options);
    return { commit, nodeDigest: images.nodeDigest, log, node, nodeConfig, events, verdict };
  } finally {
    for (const end of ends.reverse()) await end();
  }
};
