import { spawn } from 'node:child_process';
import { messageOf } from '../../../base/error.ts';
import { escapeText } from '../../../base/escape.ts';
import { dropGroup, killGroup } from '../../../base/process-group.ts';
import { RebuildError } from './errors.ts';
import { KILL_AFTER_MS, MAX_PROGRESS_BYTES, MAX_RESULT_BYTES, PIPE_GRACE_MS } from './limits.ts';
import { readLines } from './lines.ts';

export interface BuildCommand {
  readonly file: string;
  readonly args: readonly string[];
  /** The folder that it runs in. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly seconds: number;
  /** What it is, for messages, unescaped. */
  readonly name: string;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Takes a line of progress, unescaped. */
  readonly onLine: (line: string) => void;
}

/** A build that came to an end by itself. */
export interface EndedBuild {
  /** 0, or 10 where the digests differ. */
  readonly status: number;
  readonly stdout: Uint8Array;
}

/** The statuses with which image:verify says that it has built and compared. */
const COMPARED: readonly (number | null)[] = [0, 10];

const notStarted = (error: Error): RebuildError =>
  new RebuildError('not-started', `npm cannot be started: ${escapeText(messageOf(error))}`, {
    hint: 'npm has to be on PATH: it comes with Node',
    cause: error,
  });

const failed = (name: string, how: string, tail: readonly string[]): RebuildError =>
  new RebuildError('build-failed', [`${escapeText(name)} ended with ${how}`, ...tail.map(escapeText)].join('\n'), {
    hint: 'docs/image.md says what a build needs; a clone that lacks the commit has to fetch it first: git fetch --tags',
  });

/** Why a build was ended that was not over. */
const ended = {
  time: (name: string, seconds: number) =>
    new RebuildError('timed-out', `${escapeText(name)} was ended: it was not over after ${seconds} s`, {
      hint: 'TWL_REBUILD_SECONDS sets another limit',
    }),
  size: (name: string, what: string, limit: number) =>
    new RebuildError('too-much-output', `${escapeText(name)} was ended: it wrote more than ${limit} bytes of ${what}`),
  signal: (name: string) => new RebuildError('interrupted', `${escapeText(name)} was ended: this program has to end`),
};

/**
 * Runs the build to its end, without a shell, in a process group of its own: npm starts others, which have to go too where it is ended. What it
 * prints is bounded; of standard error each line is handed on as it comes.
 * @throws RebuildError where it did not end by itself with 0 or 10
 */
export const runBuild = ({ file, args, cwd, env, seconds, name, signal, onLine }: BuildCommand): Promise<EndedBuild> =>
  new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const timers: NodeJS.Timeout[] = [];
    const lines = readLines(onLine);
    const results: Buffer[] = [];
    const sizes = { stdout: 0, stderr: 0 };
    let why: RebuildError | undefined;
    const end = (error: RebuildError): void => {
      if (why !== undefined) return;
      why = error;
      killGroup(child, 'SIGTERM');
      timers.push(setTimeout(() => killGroup(child, 'SIGKILL'), KILL_AFTER_MS));
    };
    const onAbort = (): void => end(ended.signal(name));
    // Nothing of it outlives this program, however that ends.
    const onExit = (): void => killGroup(child, 'SIGKILL');
    process.on('exit', onExit);
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    timers.push(setTimeout(() => end(ended.time(name, seconds)), seconds * 1000));
    child.stdout.on('data', (chunk: Buffer) => {
      sizes.stdout += chunk.length;
      if (sizes.stdout > MAX_RESULT_BYTES) end(ended.size(name, 'results', MAX_RESULT_BYTES));
      else results.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      sizes.stderr += chunk.length;
      if (sizes.stderr > MAX_PROGRESS_BYTES) end(ended.size(name, 'progress', MAX_PROGRESS_BYTES));
      else lines.push(chunk);
    });
    const settle = (finish: () => void): void => {
      for (const timer of timers) clearTimeout(timer);
      process.off('exit', onExit);
      signal.removeEventListener('abort', onAbort);
      finish();
    };
    child.once('error', (error) => settle(() => reject(notStarted(error))));
    child.once('exit', () => timers.push(setTimeout(() => dropGroup(child), PIPE_GRACE_MS)));
    child.once('close', (status, by) => {
      // What it started may have closed the pipes and gone on.
      killGroup(child, 'SIGKILL');
      lines.end();
      settle(() => {
        if (why !== undefined) reject(why);
        else if (status === null || !COMPARED.includes(status))
          reject(failed(name, String(status ?? by), lines.tail()));
        else resolve({ status, stdout: Buffer.concat(results) });
      });
    });
  });
