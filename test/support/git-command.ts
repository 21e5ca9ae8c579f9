import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

export type Environment = Record<string, string>;

export interface GitOptions {
  cwd?: string;
  input?: string | Uint8Array;
  env?: Environment;
}

export interface GitResult {
  code: number | null;
  stdout: Buffer;
  stderr: string;
}

const SYSTEM_PATH = '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin';
const MOMENT = '1700000000 +0000';

/** What every git process of the tests sees: nothing of the caller's environment, fixed names and dates, no question asked. */
export const gitEnvironment = (extra: Environment = {}): Environment => ({
  PATH: SYSTEM_PATH,
  HOME: '/nonexistent',
  LC_ALL: 'C',
  TZ: 'UTC',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: 'A. Author',
  GIT_AUTHOR_EMAIL: 'author@example.com',
  GIT_AUTHOR_DATE: MOMENT,
  GIT_COMMITTER_NAME: 'A. Author',
  GIT_COMMITTER_EMAIL: 'author@example.com',
  GIT_COMMITTER_DATE: MOMENT,
  ...extra,
});

/** Runs the system's git and gives its outcome, good or bad. Asynchronous, so that a server in this process can answer it. */
export const tryGit = (args: readonly string[], options: GitOptions = {}): Promise<GitResult> =>
  new Promise((resolve, reject) => {
    const child = spawn('git', args, { cwd: options.cwd, env: gitEnvironment(options.env) });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.stdin.on('error', () => {});
    child.stdin.end(options.input);
    child.once('error', reject);
    child.once('close', (code) =>
      resolve({ code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString('utf8') }),
    );
  });

/** Runs git, which must succeed, and gives its standard output as trimmed text. */
export const git = async (args: readonly string[], options: GitOptions = {}): Promise<string> => {
  const result = await tryGit(args, options);
  if (result.code !== 0) throw new Error(`git ${args.join(' ')} ended with ${result.code}: ${result.stderr}`);
  return result.stdout.toString('utf8').trim();
};

/** What a repository must allow so that any of its objects can be asked for by hash. */
const SERVING = '[uploadpack]\n\tallowAnySHA1InWant = true\n\tallowReachableSHA1InWant = true\n\tallowFilter = true\n';

/** Lets `gitDir` be served as the big hosts do. */
export const allowServing = (gitDir: string): void => appendFileSync(join(gitDir, 'config'), SERVING);
