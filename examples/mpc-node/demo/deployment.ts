// What an operator fills in: the compose file of the machine, and the user config.
import { readFileSync } from 'node:fs';
import type { Images } from './images.ts';

const read = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');

/** Replaces what has to be there. */
const fill = (text: string, from: RegExp, to: string): string => {
  if (!from.test(text)) throw new Error(`the example has no ${from.source} any more`);
  return text.replace(from, () => to);
};

export interface Pinned {
  readonly repository: string;
  readonly commit: string;
}

/** docker-compose.yml of the example with its three things filled in. */
export const composeText = ({ launcher, nodeDigest }: Images, { repository, commit }: Pinned): string =>
  [
    [/registry\.example\/\S+@sha256:0{64}/g, launcher],
    [/(?<=REPO_URL=)\S+/, repository],
    [/(?<=COMMIT_SHA=)\S+/, commit],
    [/(?<=DEFAULT_IMAGE_DIGEST: )sha256:\S+/, nodeDigest],
  ].reduce<string>((text, [from, to]) => fill(text, from as RegExp, to as string), read('docker-compose.yml'));

/** user-config.toml of the example for the node of the demo, which opens no port. */
export const userConfig = ({ node }: Images): string =>
  fill(
    fill(read('user-config.toml'), /(?<=image_reference = )".*"/, JSON.stringify(node)),
    /port_mappings = \[\n(?:.*\n)*?\]/,
    'port_mappings = []',
  );

export interface Places {
  /** Sockets and the folder of the user config, on this machine. */
  readonly dockerSocket: string;
  readonly agentSocket: string;
  readonly tapp: string;
}

/**
 * What is else in a real machine, as a second compose file: where on this machine the mounts come from, and a network in which a
 * repository and a registry on loopback are found. What is measured is the first file, as it is.
 */
export const overrideText = ({ dockerSocket, agentSocket, tapp }: Places): string => `services:
  launcher:
    network_mode: host
    volumes:
      - ${dockerSocket}:/var/run/docker.sock
      - ${agentSocket}:/var/run/dstack.sock
      - ${tapp}:/tapp:ro
  attest:
    ports: !override ['127.0.0.1::8091']
    volumes:
      - ${agentSocket}:/var/run/dstack.sock
`;
