// The container engine of the demo: the one that DOCKER_HOST names, else the one that the docker command finds, else one of its own.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { run, type Engine } from './run.ts';

/** Installs and starts an engine that needs no registry; prints the variable that names it. Beside a checkout, not part of it. */
const SCRIPT = fileURLToPath(new URL('../../../../shared/scripts/docker-up.sh', import.meta.url));

/** A path of a socket has 107 characters at most. */
const SHORT = '/tmp/twl-';

const docker: Engine = async (...args) => {
  const { code, stdout, stderr } = await run('docker', args);
  if (code !== 0) throw new Error(`docker ${args.join(' ')} ended with ${code}:\n${stderr}`);
  return stdout;
};

const answers = async (): Promise<boolean> => {
  for (const args of [['version'], ['compose', 'version'], ['buildx', 'version']]) {
    if ((await run('docker', args)).code !== 0) return false;
  }
  return true;
};

export interface RunningEngine {
  readonly docker: Engine;
  /** Of the engine, on this machine. */
  readonly socket: string;
  stop(): Promise<void>;
}

const socketOf = (): string => {
  const host = process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock';
  if (host.startsWith('unix://')) return host.slice('unix://'.length);
  throw new Error(`the engine is at ${host}: the demo needs its socket, since mpc-launcher gets it`);
};

const none = (why: string): Error =>
  new Error(
    `there is no container engine with compose and buildx: ${why}.\nStart Docker, or name a running one in DOCKER_HOST=unix:///path`,
  );

const mountsBelow = (folder: string): string[] =>
  readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((place) => place.startsWith(`${folder}/`))
    .reverse();

const startOwn = async (): Promise<RunningEngine> => {
  if (!existsSync(SCRIPT)) throw none('the docker command finds none');
  const folder = mkdtempSync(`${SHORT}dk-`);
  const { stdout } = await promisify(execFile)('bash', [SCRIPT, folder]).catch((error: Error) => {
    throw none(`one of the demo's own did not start (${error.message.trim()})`);
  });
  const host = /^export DOCKER_HOST=(\S+)$/m.exec(stdout)?.[1];
  if (host === undefined) throw none("one of the demo's own did not say where it is");
  process.env.DOCKER_HOST = host;
  const stop = async (): Promise<void> => {
    const alive = `/proc/${readFileSync(join(folder, 'pid'), 'utf8').trim()}`;
    await promisify(execFile)('bash', [SCRIPT, '--stop', folder]);
    // It goes on for a moment after it has closed its socket, and leaves a mount of its network behind.
    for (let tries = 0; existsSync(alive) && tries < 200; tries++) await sleep(50);
    for (const place of mountsBelow(folder)) await run('umount', ['-l', place]);
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 500 });
  };
  return { docker, socket: socketOf(), stop };
};

/** An engine that answers. Throws, and says what to do, where none can be had. */
export const openEngine = async (): Promise<RunningEngine> => {
  if (await answers()) return { docker, socket: socketOf(), stop: async () => undefined };
  if ((process.env.DOCKER_HOST ?? '') !== '') throw none(`DOCKER_HOST=${process.env.DOCKER_HOST} does not answer`);
  return await startOwn();
};
