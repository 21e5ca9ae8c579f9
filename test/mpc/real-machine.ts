import { existsSync, readFileSync, rmdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '../support/container-engine.ts';
import { type Machine, useMachine } from './machine.ts';

/** Where this machine's engine listens. */
export const engineSocket = (): string =>
  (process.env.DOCKER_HOST ?? '').replace(/^unix:\/\//, '') || '/var/run/docker.sock';

/** The machine of the process tests, with the real docker in the place of the fake one. Inside a test only. */
export const useRealMachine = async (dock: Engine): Promise<Machine> => {
  const machine = await useMachine();
  const replace = (path: string, target: string): void => {
    rmSync(join(machine.root, path));
    symlinkSync(target, join(machine.root, path));
  };
  replace('usr/bin/docker', ['/usr/bin/docker', '/usr/local/bin/docker'].find(existsSync) ?? '');
  replace('var/run/docker.sock', engineSocket());
  // The volume that launcher and node share is made by the launcher's own compose file.
  const device = `device=${machine.root}/mnt/shared`;
  await dock.docker('volume', 'create', '-o', 'type=none', '-o', 'o=bind', '-o', device, 'shared-volume');
  return machine;
};

/** Takes away what a run leaves in the engine. */
export const clearNode = async (dock: Engine): Promise<void> => {
  await dock.try(['rm', '-f', '-v', 'mpc-node', 'launcher']);
  await dock.try(['network', 'rm', 'mpc-node_default', 'twl-mpc-launcher_default']);
  await dock.try(['volume', 'rm', '-f', 'shared-volume', 'mpc-data']);
};

/** What the node mounts of the host, which docker makes where it is missing. */
const HOST_PATHS = ['/tapp', '/run/dstack.sock'];

const LOCK = join(tmpdir(), 'twl-mpc-node.lock');

const isHeld = (): boolean => {
  try {
    return existsSync(`/proc/${readFileSync(LOCK, 'utf8')}`);
  } catch {
    return false;
  }
};

/**
 * Waits until no other test file has a node: its container, its volumes and its folders of the host have names that are no test's to choose.
 * Gives what lets the next one have it, which also takes away the folders that docker made.
 */
export const holdNode = async (): Promise<() => void> => {
  for (;;) {
    try {
      writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
      break;
    } catch {
      if (!isHeld()) rmSync(LOCK, { force: true });
      await sleep(200);
    }
  }
  const missing = HOST_PATHS.filter((path) => !existsSync(path));
  return () => {
    for (const path of missing.filter((one) => existsSync(one))) rmdirSync(path);
    rmSync(LOCK, { force: true });
  };
};
