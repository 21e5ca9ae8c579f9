import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type GuestAgent, type GuestAgentOptions, startGuestAgent } from '../mocks/guest-agent/start.ts';
import { type RunningLauncher, type RunResult, startLauncher } from '../support/run-launcher.ts';
import { useScratch } from '../support/use-scratch.ts';
import { NODE_TABLES } from './user-config.ts';

export const DEFAULT = `sha256:${'d0'.repeat(32)}`;
export const NEWEST = `sha256:${'6a5700fccbb3facddd1f3934f4976c4dcefc176c4aac28cd2fd035984b368980'}`;
export const OLDER = `sha256:${'564a5aebc33495d5610626d23cb9e3da8e9d531d0edff9e38aa1ccaf059c15d3'}`;

export const LAUNCHER_TABLE = `[launcher_config]
image_reference = "nearone/mpc-node:3.13.2"
pull_max_retries = 2
pull_retry_interval_secs = 1
pull_max_delay_secs = 1
port_mappings = [{ host = 80, container = 80 }, { host = 8080, container = 8080 }]
`;
export const USER_CONFIG = `${LAUNCHER_TABLE}\n${NODE_TABLES}`;

/** One call of docker, as the fake wrote it down. */
export interface DockerCall {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** What the folder held. */
  readonly files: readonly string[];
  /** The compose file and the env file that were named. */
  readonly compose: string | undefined;
  readonly envFile: string | undefined;
}

/** Writes its call down, then does what the file `behave` says. Only what bash has, and three programs by their path. */
const FAKE_DOCKER = `#!/bin/bash
root=\${BASH_SOURCE[0]%/usr/bin/docker}
n=0
while ! /bin/mkdir "$root/calls/$n" 2>/dev/null; do n=$((n + 1)); done
here=$root/calls/$n
printf '%s\\0' "$@" > "$here/args"
/usr/bin/env -0 > "$here/env"
printf '%s' "$PWD" > "$here/cwd"
/bin/ls -A > "$here/files"
previous=
for word in "$@"; do
  [[ $previous == -f ]] && /bin/cp "$word" "$here/compose"
  [[ $previous == --env-file ]] && /bin/cp "$word" "$here/env-file"
  previous=$word
done
command=$1
[[ " $* " == *' up '* ]] && command=up
[[ " $* " == *' version '* ]] && command=version
[[ -f $root/behave/$command ]] && . "$root/behave/$command"
exit 0
`;

const read = (path: string): string | undefined => (existsSync(path) ? readFileSync(path, 'utf8') : undefined);
const words = (path: string): string[] => readFileSync(path, 'utf8').split('\0').slice(0, -1);

const readCall = (folder: string): DockerCall => ({
  args: words(join(folder, 'args')),
  env: Object.fromEntries(
    words(join(folder, 'env')).map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  ),
  cwd: readFileSync(join(folder, 'cwd'), 'utf8'),
  files: readFileSync(join(folder, 'files'), 'utf8').split('\n').slice(0, -1),
  compose: read(join(folder, 'compose')),
  envFile: read(join(folder, 'env-file')),
});

/** The insides of a CVM below one folder: the operator's config, the volume, the sockets, a docker that writes down its calls. */
export interface Machine {
  readonly root: string;
  /** Below the root; folders are made. Undefined removes nothing and writes nothing. */
  write(path: string, content: string): void;
  read(path: string): string | undefined;
  /** Bash lines that the fake runs for `pull`, `up` or `version`; `$n` counts all calls from 0. */
  behave(command: 'pull' | 'up' | 'version', lines: string): void;
  calls(): readonly DockerCall[];
  /** The calls that do something: all but the look for the plugin. */
  deeds(): readonly string[];
  start(options?: RunMachine): RunningLauncher;
  run(options?: RunMachine): Promise<RunResult>;
  agent(options?: GuestAgentOptions): Promise<GuestAgent>;
}

export interface RunMachine {
  readonly env?: Record<string, string | undefined>;
  readonly args?: readonly string[];
  readonly timeoutMs?: number;
}

const listenAt = async (path: string): Promise<void> => {
  const server = createServer().listen(path);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
};

export const approved = (...hashes: readonly unknown[]): string => JSON.stringify({ approved_hashes: hashes });

/** Inside a test only. NONTEE and good unless the test changes something. */
export const useMachine = async (): Promise<Machine> => {
  const root = useScratch().path;
  for (const folder of ['tapp', 'mnt/shared', 'var/run', 'usr/bin', 'tmp', 'calls', 'behave']) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  writeFileSync(join(root, 'usr/bin/docker'), FAKE_DOCKER);
  chmodSync(join(root, 'usr/bin/docker'), 0o755);
  await listenAt(join(root, 'var/run/docker.sock'));
  const write = (path: string, content: string): void => writeFileSync(join(root, path), content);
  write('tapp/user_config', USER_CONFIG);
  const calls = (): readonly DockerCall[] =>
    readdirSync(join(root, 'calls'))
      .sort((a, b) => Number(a) - Number(b))
      .map((name) => readCall(join(root, 'calls', name)));
  const start = ({ env = {}, args = [], timeoutMs }: RunMachine = {}): RunningLauncher => {
    const given = { PLATFORM: 'NONTEE', DOCKER_CONTENT_TRUST: '1', DEFAULT_IMAGE_DIGEST: DEFAULT, ...env };
    const all = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return startLauncher({
      program: 'mpc-launcher',
      args: ['--test-root', root, ...args],
      env: Object.fromEntries(all),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
  };
  return {
    root,
    write,
    read: (path) => read(join(root, path)),
    behave: (command, lines) => write(`behave/${command}`, `${lines}\n`),
    calls,
    deeds: () =>
      calls()
        .map(({ args }) => (args[0] === 'compose' ? `compose ${args.includes('up') ? 'up' : args[1]}` : args.join(' ')))
        .filter((call) => call !== 'compose version'),
    start,
    run: (options) => start(options).result,
    agent: async (options) => {
      const agent = await startGuestAgent({ socketPath: join(root, 'var/run/dstack.sock'), ...options });
      onTestFinished(() => agent.close());
      return agent;
    },
  };
};

/** Whether the rights of files do not count here. */
export const isRoot = (): boolean => execFileSync('/usr/bin/id', ['-u'], { encoding: 'utf8' }).trim() === '0';
