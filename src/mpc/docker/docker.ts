import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../base/error.ts';
import { escapeText } from '../../base/escape.ts';
import { MpcError } from '../errors.ts';
import { VERSION_TIMEOUT_MS } from '../limits.ts';
import type { Paths } from '../paths.ts';
import { show } from '../show.ts';
import { type Outcome, runCommand } from './run-command.ts';

/** The docker command, as this program runs it. */
export interface Docker {
  /** @param limitMs less than every command has */
  readonly run: (args: readonly string[], limitMs?: number) => Promise<Outcome>;
  /** A folder of this run alone, mode 700, empty but for what is written here. */
  readonly folder: string;
  readonly close: () => void;
}

const look = (path: string): ReturnType<typeof statSync> | undefined => {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
};

/** The path of the docker command. Throws MpcError `docker-missing`. */
export const findDocker = ({ dockerPlaces }: Paths): string => {
  const found = dockerPlaces.find((path) => look(path)?.isFile() === true);
  if (found !== undefined) return found;
  throw new MpcError('docker-missing', `there is no docker command at ${dockerPlaces.map(escapeText).join(' or ')}`, {
    hint: 'use an image that has docker and its compose plugin; PATH is not searched',
  });
};

/** Looks for the engine's socket without speaking to it. Throws MpcError `docker-unreachable`. */
export const checkEngineSocket = ({ dockerSocket }: Paths): void => {
  if (look(dockerSocket)?.isSocket() === true) return;
  throw new MpcError('docker-unreachable', `there is no socket of the docker engine at ${escapeText(dockerSocket)}`, {
    hint: 'mount it into the container of the launcher: /var/run/docker.sock:/var/run/docker.sock',
  });
};

/** Nothing of ours is inherited: HOME, COMPOSE_FILE, DOCKER_HOST and DOCKER_CONFIG each would choose what runs, and where. */
const environmentOf = (folder: string, { dockerSocket }: Paths): Record<string, string> => ({
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: folder,
  TMPDIR: folder,
  DOCKER_CONFIG: join(folder, 'docker-config'),
  DOCKER_HOST: `unix://${dockerSocket}`,
  DOCKER_CONTENT_TRUST: '1',
  COMPOSE_DISABLE_ENV_FILE: '1',
});

/**
 * Finds docker and makes the folder that it runs in: without a `.env`, a `compose.yaml` or a config of its own for it to find.
 * Throws MpcError `docker-missing`, `private-folder-failed`.
 */
export const openDocker = (paths: Paths, timeoutMs: number): Docker => {
  const file = findDocker(paths);
  let folder: string;
  try {
    folder = mkdtempSync(join(paths.temporary, 'mpc-launcher-'));
    mkdirSync(join(folder, 'docker-config'));
  } catch (cause) {
    const what = `no folder can be made in ${escapeText(paths.temporary)}: ${escapeText(messageOf(cause))}`;
    throw new MpcError('private-folder-failed', what, {
      hint: 'give the container of the launcher tmpfs: /tmp',
      cause,
    });
  }
  const env = environmentOf(folder, paths);
  return {
    run: (args, limitMs = timeoutMs) =>
      runCommand({ file, args, cwd: folder, env, timeoutMs: Math.min(limitMs, timeoutMs) }),
    folder,
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
};

/** Looks for the compose plugin, which is missed last of all otherwise (near/mpc #2705). Throws MpcError `docker-missing`. */
export const checkComposePlugin = async (docker: Docker): Promise<void> => {
  const outcome = await docker.run(['compose', 'version', '--short'], VERSION_TIMEOUT_MS);
  if (outcome.ending.kind === 'exit' && outcome.ending.status === 0) return;
  const what = `docker compose version ${describeOutcome(outcome, VERSION_TIMEOUT_MS)}`;
  throw new MpcError('docker-missing', what, { hint: 'use an image that has docker and its compose plugin' });
};

/** Writes a file into the private folder. @returns its path. Throws MpcError `private-folder-failed`. */
export const writePrivate = ({ folder }: Docker, name: string, text: string): string => {
  const path = join(folder, name);
  try {
    writeFileSync(path, text, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    throw new MpcError(
      'private-folder-failed',
      `${escapeText(path)} cannot be written: ${escapeText(messageOf(cause))}`,
      {
        hint: 'look at the room in /tmp',
        cause,
      },
    );
  }
  return path;
};

/** How a command ended, for messages, with the last of what it said. */
export const describeOutcome = ({ ending, stdout, stderr }: Outcome, timeoutMs: number): string => {
  const said = (stderr.trim() === '' ? stdout : stderr).trim().split('\n').slice(-8).join(' | ');
  const with_ = said === '' ? '' : `: ${show(said)}`;
  if (ending.kind === 'exit') return `ended with status ${ending.status}${with_}`;
  if (ending.kind === 'signal') return `was ended by ${ending.signal}${with_}`;
  if (ending.kind === 'timeout') return `took more than ${timeoutMs / 1000} s${with_}`;
  return `could not be started: ${show(ending.error.message)}`;
};
