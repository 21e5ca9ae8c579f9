import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { useScratch } from '../support/use-scratch.ts';

/** A real registry that goes and comes back with all that it held, at the same place. */
export interface OwnRegistry {
  readonly host: string;
  up(): Promise<void>;
  down(): Promise<void>;
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

/** Debian's `docker-registry`, which is not up yet. Inside a test only; what is still up at its end is for the test to take down. */
export const ownRegistry = async (): Promise<OwnRegistry> => {
  const scratch = useScratch();
  const host = `127.0.0.1:${await freePort()}`;
  const storage = `storage: {filesystem: {rootdirectory: ${scratch.join('data')}}}`;
  const config = scratch.join('registry.yml');
  writeFileSync(config, `version: 0.1\nlog: {level: error}\n${storage}\nhttp: {addr: "${host}"}\n`);
  let child: ChildProcess | undefined;
  return {
    host,
    up: async () => {
      child = spawn('docker-registry', ['serve', config], { stdio: 'ignore' });
      for (let tries = 0; tries < 200; tries++) {
        if (
          await fetch(`http://${host}/v2/`).then(
            ({ ok }) => ok,
            () => false,
          )
        )
          return;
        await sleep(50);
      }
      throw new Error('docker-registry does not answer');
    },
    down: async () => {
      if (child === undefined || child.exitCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      child = undefined;
    },
  };
};
