import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface SshServerOptions {
  /** A folder for keys and configuration; the repositories can be anywhere. */
  dir: string;
  /** Whether the client may set `GIT_PROTOCOL`; without it git answers in its oldest protocol. Default true. */
  acceptGitProtocol?: boolean;
}

export interface SshServer {
  readonly port: number;
  readonly user: string;
  /** The private key that may log in. */
  readonly keyFile: string;
  /** The line that a `known_hosts` file needs for this server. */
  readonly knownHosts: string;
  readonly knownHostsFile: string;
  /** The URL of a repository by its absolute path. */
  url(gitDir: string): string;
  close(): Promise<void>;
}

const SSHD = '/usr/sbin/sshd';

/** Whether this machine has an sshd that can be started. */
export const hasSshServer = (): boolean => statSync(SSHD, { throwIfNoEntry: false })?.isFile() === true;

const makeKey = (file: string): string => {
  const result = spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', file]);
  if (result.status !== 0) throw new Error(`ssh-keygen failed: ${result.stderr}`);
  return readFileSync(`${file}.pub`, 'utf8').trim();
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

const isListening = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

const configuration = (dir: string, port: number, acceptGitProtocol: boolean): string =>
  [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(dir, 'host_key')}`,
    `AuthorizedKeysFile ${join(dir, 'authorized_keys')}`,
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    ...(acceptGitProtocol ? ['AcceptEnv GIT_PROTOCOL'] : []),
    '',
  ].join('\n');

const waitUntilListening = async (port: number, child: ChildProcess): Promise<void> => {
  for (let i = 0; i < 200; i++) {
    if (child.exitCode !== null) break;
    if (await isListening(port)) return;
    await sleep(25);
  }
  throw new Error('sshd does not listen');
};

/** A real sshd on loopback for the current user, or `undefined` where the machine has none. */
export const startSshServer = async (options: SshServerOptions): Promise<SshServer | undefined> => {
  if (!hasSshServer()) return undefined;
  const { dir } = options;
  mkdirSync(dir, { recursive: true });
  // sshd as root insists on its privilege separation folder.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
  const hostKey = makeKey(join(dir, 'host_key'));
  makeKey(join(dir, 'user_key'));
  copyFileSync(join(dir, 'user_key.pub'), join(dir, 'authorized_keys'));
  chmodSync(join(dir, 'authorized_keys'), 0o600);
  const port = await freePort();
  const [type, key] = hostKey.split(' ');
  const knownHosts = `[127.0.0.1]:${port} ${type} ${key}\n`;
  writeFileSync(join(dir, 'known_hosts'), knownHosts);
  writeFileSync(join(dir, 'sshd_config'), configuration(dir, port, options.acceptGitProtocol ?? true));
  const child = spawn(SSHD, ['-D', '-e', '-f', join(dir, 'sshd_config')], { stdio: 'ignore', env: {} });
  await waitUntilListening(port, child);
  const user = userInfo().username;
  return {
    port,
    user,
    keyFile: join(dir, 'user_key'),
    knownHosts,
    knownHostsFile: join(dir, 'known_hosts'),
    url: (gitDir) => `ssh://${user}@127.0.0.1:${port}${gitDir}`,
    close: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
};
