import type { Readable } from 'node:stream';
import { escapeText } from '../../base/escape.ts';
import { SourceError } from '../errors.ts';
import type { Limits } from '../limits.ts';
import { findTool } from '../tools.ts';
import type { RepoUrl } from '../../pin/types.ts';
import type { PackSink } from './pack-sink.ts';
import {
  type Advertisement,
  AdvertisementReader,
  checkCapabilities,
  encodeFetchV0,
  encodeFetchV2,
  FetchAnswerReader,
  type Want,
} from './protocol.ts';

/** Where to, and within which bounds. */
export interface SshAddress {
  url: Extract<RepoUrl, { kind: 'ssh' }>;
  want: Want;
  limits: Limits;
  deadline: number;
  keyFile: string | undefined;
  knownHostsFile: string | undefined;
}

export interface SshFetchOptions extends SshAddress {
  sink: PackSink;
}

/** What is asked once the server has greeted, and who reads the answer. */
export interface SshQuestion {
  text: string;
  reader: { readonly isDone: boolean; push(bytes: Buffer): void; finish(): void };
  settle?: () => Promise<void> | undefined;
}

/** What is said on one connection. */
export interface SshDialogue {
  /** Told of each line of a version 0 server's list of refs. */
  onRef?: (line: string) => void;
  /** Undefined where the greeting said everything. */
  ask: (greeting: Advertisement) => SshQuestion | undefined;
}

/** What ssh says on failure is shown up to this length. */
const MAX_STDERR = 4096;
/** What ssh may hold in memory for us; the pack itself streams. */
const MAX_BUFFERED = 64 * 1024;

/** Arguments of ssh: no configuration of any user or system, no prompt, host keys always checked, nothing forwarded. */
const sshArguments = ({ url, limits, keyFile, knownHostsFile }: SshAddress): string[] => {
  const option = (name: string, value: string | number): string[] => ['-o', `${name}=${value}`];
  const quoted = `"${(knownHostsFile ?? '/etc/ssh/ssh_known_hosts').replaceAll('%', '%%')}"`;
  return [
    ...['-F', 'none', '-T', '-x', '-a'],
    ...option('BatchMode', 'yes'),
    ...option('LogLevel', 'ERROR'),
    ...option('StrictHostKeyChecking', 'yes'),
    ...option('UserKnownHostsFile', quoted),
    ...option('GlobalKnownHostsFile', 'none'),
    ...option('UpdateHostKeys', 'no'),
    ...option('ConnectTimeout', Math.ceil(limits.CONNECT_MS / 1000)),
    ...option('ServerAliveInterval', 15),
    ...option('SendEnv', 'GIT_PROTOCOL'),
    ...option('PermitLocalCommand', 'no'),
    ...option('ClearAllForwardings', 'yes'),
    ...(keyFile === undefined
      ? []
      : ['-i', keyFile, ...option('IdentitiesOnly', 'yes'), ...option('IdentityAgent', 'none')]),
    ...(url.port === undefined ? [] : ['-p', String(url.port)]),
    ...(url.user === undefined ? [] : ['-l', url.user]),
    '--',
    url.host.replace(/^\[|\]$/g, ''),
    `git-upload-pack ${shellQuoted(url.path)}`,
  ];
};

/** One word for the shell on the other side, as git quotes it. */
const shellQuoted = (text: string): string => `'${text.replace(/['!]/g, (char) => `'\\${char}'`)}'`;

/** Brings the pack of one commit over the system's ssh. Both protocol versions: a server may not pass GIT_PROTOCOL on. */
export const fetchOverSsh = async ({ sink, ...address }: SshFetchOptions): Promise<void> => {
  const { want, limits } = address;
  await talkOverSsh(address, {
    ask: ({ version, capabilities }) => ({
      text: version === 2 ? encodeFetchV2(want) : encodeFetchV0(want, capabilities),
      reader: new FetchAnswerReader(version, limits, (bytes) => sink.push(bytes)),
      settle: () => sink.settle(),
    }),
  });
};

/** One connection over the system's ssh to git-upload-pack: the greeting, one question, its answer. */
export const talkOverSsh = async (options: SshAddress, dialogue: SshDialogue): Promise<void> => {
  const program = findTool('ssh');
  if (program === undefined) {
    throw new SourceError('tool-missing', 'there is no ssh on this machine, and REPO_URL needs it', {
      hint: 'install openssh-client, or use an https address',
    });
  }
  const { execa } = await import('execa');
  const timeout = Math.max(1, Math.ceil(options.deadline - performance.now()));
  const child = execa(program, sshArguments(options), {
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', GIT_PROTOCOL: 'version=2', HOME: '/nonexistent' },
    extendEnv: false,
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
    buffer: { stdout: false, stderr: true },
    maxBuffer: MAX_STDERR,
    reject: false,
    timeout,
    forceKillAfterDelay: 2000,
  });
  let failure: unknown;
  try {
    await converse(child.stdout, (text) => child.stdin.write(text), options, dialogue);
  } catch (error) {
    failure = error;
  }
  if (failure === undefined) child.stdin.end();
  else child.kill();
  const result = await child;
  if (failure === undefined) return;
  if (failure instanceof SourceError && failure.code !== 'connection-cut') throw failure;
  throw sshError(options, String(result.stderr ?? ''), result.timedOut, failure);
};

const converse = async (
  stdout: Readable,
  write: (text: string) => void,
  { want, limits }: SshAddress,
  dialogue: SshDialogue,
): Promise<void> => {
  const greeting = new AdvertisementReader(limits, dialogue.onRef);
  let question: SshQuestion | undefined;
  stdout.on('error', () => undefined);
  for await (const chunk of idleBounded(stdout, limits.IDLE_MS)) {
    if (question === undefined) {
      greeting.push(chunk);
      if (greeting.result === undefined) continue;
      checkCapabilities(greeting.result, want);
      question = dialogue.ask(greeting.result);
      if (question === undefined) break;
      write(question.text);
      continue;
    }
    question.reader.push(chunk);
    await question.settle?.();
    // In version 2 the server waits for a further command: the flush is how it is told that there is none.
    if (question.reader.isDone) break;
  }
  if (greeting.result === undefined) throw new SourceError('connection-cut', 'the server ended before it greeted');
  question?.reader.finish();
  write('0000');
};

async function* idleBounded(stream: Readable, ms: number): AsyncGenerator<Buffer> {
  stream.pause();
  const iterator = stream.iterator({ destroyOnReturn: false });
  for (;;) {
    let timer: NodeJS.Timeout | undefined;
    const idle = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(
          new SourceError('timed-out', `waiting for data over ssh took longer than ${ms} ms`, {
            hint: 'check that the server is reachable from here; TWL_LIMIT_IDLE_MS sets this limit',
          }),
        );
      }, ms);
    });
    try {
      const next = await Promise.race([iterator.next(), idle]);
      if (next.done) return;
      for (let at = 0; at < next.value.length; at += MAX_BUFFERED) yield next.value.subarray(at, at + MAX_BUFFERED);
    } finally {
      clearTimeout(timer);
    }
  }
}

const sshError = ({ url }: SshAddress, stderr: string, timedOut: boolean, cause: unknown): SourceError => {
  const said = escapeText(stderr.trim().slice(-600));
  const what = `ssh to '${escapeText(url.host)}' failed${said === '' ? '' : `: '${said}'`}`;
  if (timedOut) return new SourceError('timed-out', what, { cause });
  if (/host key verification failed|no .* host key is known/i.test(stderr)) {
    return new SourceError('access-denied', what, {
      hint: 'put the host key of the server into the file that SSH_KNOWN_HOSTS_FILE names (ssh-keyscan, then check it by another way)',
      cause,
    });
  }
  if (/permission denied/i.test(stderr)) {
    return new SourceError('access-denied', what, {
      hint: 'check the key that SSH_KEY_FILE names, and its file mode (0600)',
      cause,
    });
  }
  if (/not appear to be a git repository|repository not found|not found/i.test(stderr)) {
    return new SourceError('repository-not-found', what, { hint: 'check the path in REPO_URL', cause });
  }
  if (/not our ref|unadvertised/i.test(stderr)) {
    return new SourceError('commit-not-served', what, { hint: 'check COMMIT_SHA against the repository', cause });
  }
  return new SourceError('connection-cut', what, { hint: 'check REPO_URL and the network of this container', cause });
};
