// The two images of the demo, in a registry on loopback: the launcher's, and a stub in the place of NEAR's node.
import { copyFileSync, existsSync, linkSync, writeFileSync } from 'node:fs';
import { buildImage } from '../../../test/container/image.ts';
import { pushNode } from '../../../test/container/mpc-image.ts';
import { makeScratch, type Scratch } from '../../../test/support/scratch.ts';
import { run, type Engine } from './run.ts';

export interface Images {
  /** `HOST/NAME@sha256:…`, as a compose file names it. */
  readonly launcher: string;
  /** `sha256:…` of the launcher's image, and of the node's. */
  readonly launcherDigest: string;
  readonly nodeDigest: string;
  /** `HOST/NAME:TAG` of the node's image. */
  readonly node: string;
  /** Takes both out of the engine. */
  remove(): Promise<void>;
}

/** The launcher's image of this checkout, with this machine's docker and compose: an example needs no release. */
const DOCKERFILE = `COPY docker /usr/bin/docker
COPY docker-compose /usr/libexec/docker/cli-plugins/docker-compose
`;

const DOCKER = ['/usr/bin/docker', '/usr/local/bin/docker'];
const COMPOSE = ['libexec', 'lib', 'local/lib'].map((folder) => `/usr/${folder}/docker/cli-plugins/docker-compose`);

const take = (scratch: Scratch, places: readonly string[], name: string): void => {
  const from = places.find(existsSync);
  if (from === undefined)
    throw new Error(`the demo puts ${name} of this machine into an image; looked at ${places.join(', ')}`);
  try {
    linkSync(from, scratch.join(name));
  } catch {
    copyFileSync(from, scratch.join(name));
  }
};

const buildLauncher = async (docker: Engine, tag: string): Promise<void> => {
  // The tests' own engine has another shape.
  const base = await buildImage({
    docker,
    try: (args, options) => run('docker', args, { ...process.env, ...options?.env }),
  });
  const scratch = makeScratch();
  try {
    take(scratch, DOCKER, 'docker');
    take(scratch, COMPOSE, 'docker-compose');
    writeFileSync(scratch.join('Dockerfile'), `FROM ${base}\n${DOCKERFILE}`);
    await docker('build', '-q', '--provenance=false', '-t', tag, scratch.path);
  } finally {
    scratch.remove();
  }
};

/** The digest by which the registry has it. */
const pushed = async (docker: Engine, tag: string): Promise<string> => {
  const text = await docker('push', tag);
  const digest = /digest: (sha256:[0-9a-f]{64})/.exec(text)?.[1];
  if (digest === undefined) throw new Error(`docker push names no digest:\n${text}`);
  return digest;
};

/** Builds and pushes both. `host`: of the registry, with its port. */
export const pushImages = async (docker: Engine, host: string): Promise<Images> => {
  const name = `${host}/acme/trusted-workload-launcher-mpc`;
  await buildLauncher(docker, `${name}:demo`);
  const launcherDigest = await pushed(docker, `${name}:demo`);
  const node = `${host}/nearone/mpc-node`;
  const { manifest } = await pushNode(host, 'nearone/mpc-node', { tag: 'demo', release: 'demo' });
  const launcher = `${name}@${launcherDigest}`;
  const remove = async (): Promise<void> => {
    await run('docker', ['image', 'rm', '-f', `${name}:demo`, launcher, `${node}@${manifest}`, `${node}:demo`]);
  };
  return { launcher, launcherDigest, nodeDigest: manifest, node: `${node}:demo`, remove };
};
