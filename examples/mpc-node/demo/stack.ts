// The containers of the demo: brought up as the machine would, looked at, and taken away again.
import { existsSync, readFileSync, rmdirSync } from 'node:fs';
import type { Folder } from './folder.ts';
import { run, type Engine } from './run.ts';

/** Names that the example and NEAR's node have for themselves: one node an engine. */
const CONTAINERS = ['launcher', 'mpc-node'];
const VOLUMES = ['shared-volume', 'mpc-data'];
const PROJECT = 'twl-mpc-demo';

/** What the node mounts of its host, which docker makes where it is missing. */
const HOST_PATHS = ['/tapp', '/run/dstack.sock'];

export interface Stack {
  /** `docker compose up`, and waits for the end of the launcher. Gives its log. Throws where it does not end well. */
  up(): Promise<string>;
  /** The node's container, as `docker inspect` shows it. */
  inspectNode(): Promise<Record<string, never>>;
  /** The config that the node finds. */
  nodeConfig(): Promise<string>;
  /** The address of twl-attest. */
  attest(): Promise<string>;
  down(): Promise<void>;
}

const refuseOthers = async (docker: Engine): Promise<void> => {
  const names = (await docker('ps', '-a', '--format', '{{.Names}}')).split('\n');
  const volumes = (await docker('volume', 'ls', '--format', '{{.Name}}')).split('\n');
  const taken = [...CONTAINERS.filter((one) => names.includes(one)), ...VOLUMES.filter((one) => volumes.includes(one))];
  if (taken.length === 0) return;
  throw new Error(
    `this engine has ${taken.join(', ')} already, which are not the demo's: name another engine in DOCKER_HOST`,
  );
};

/** Throws where the engine runs a node already: that one is somebody's. */
export const openStack = async (docker: Engine, folder: Folder, files: readonly string[]): Promise<Stack> => {
  await refuseOthers(docker);
  const missing = HOST_PATHS.filter((path) => !existsSync(path));
  const compose = ['compose', '-p', PROJECT, ...files.flatMap((file) => ['-f', file])];
  return {
    up: async () => {
      await docker(...compose, 'up', '-d');
      const status = (await docker('wait', 'launcher')).trim();
      const { stdout, stderr } = await run('docker', ['logs', 'launcher']);
      if (status !== '0') throw new Error(`the launcher ended with ${status}:\n${stderr}${stdout}`);
      return `${stderr}${stdout}`;
    },
    inspectNode: async () => JSON.parse(await docker('container', 'inspect', 'mpc-node'))[0],
    nodeConfig: async () => {
      await docker('cp', 'mpc-node:/mnt/shared/mpc-config.toml', folder.join('mpc-config.toml'));
      return readFileSync(folder.join('mpc-config.toml'), 'utf8');
    },
    attest: async () => `http://${(await docker(...compose, 'port', 'attest', '8091')).trim()}`,
    down: async () => {
      // What is not there need not go.
      await run('docker', ['rm', '-f', '-v', 'mpc-node']);
      await run('docker', [...compose, 'down', '--volumes', '--timeout', '0']);
      await run('docker', ['network', 'rm', 'mpc-node_default']);
      await run('docker', ['volume', 'rm', '-f', ...VOLUMES]);
      for (const path of missing.filter((one) => existsSync(one))) rmdirSync(path);
    },
  };
};
