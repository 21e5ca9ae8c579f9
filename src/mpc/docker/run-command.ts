import { type ChildProcess, spawn } from 'node:child_process';
import { dropGroup, killGroup } from '../../base/process-group.ts';
import { KILL_AFTER_MS, MAX_OUTPUT_BYTES, PIPE_GRACE_MS } from '../limits.ts';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** All of it: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

export type Ending =
  | { readonly kind: 'exit'; readonly status: number }
  | { readonly kind: 'signal'; readonly signal: string }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'not-started'; readonly error: Error };

export interface Outcome {
  readonly ending: Ending;
  /** The last {@link MAX_OUTPUT_BYTES} of each. */
  readonly stdout: string;
  readonly stderr: string;
}

/** Groups of what runs now. */
const running = new Set<ChildProcess>();

/** Ends what runs: for a signal that ends this program. */
export const endCommands = (): void => {
  for (const child of running) killGroup(child, 'SIGTERM');
};

/** Keeps the end of what comes. */
const keepTail = (stream: NodeJS.ReadableStream | null): (() => string) => {
  let kept: Buffer = Buffer.alloc(0);
  stream?.on('data', (chunk: Buffer) => {
    const all = Buffer.concat([kept, chunk]);
    kept = all.subarray(Math.max(0, all.length - MAX_OUTPUT_BYTES));
  });
  return () => kept.toString('utf8');
};

/**
 * Runs a program to its end, without a shell, in a process group of its own: docker runs compose as a child, which has to go too
 * where the time is over. Never rejects.
 */
export const runCommand = ({ file, args, cwd, env, timeoutMs }: Command): Promise<Outcome> =>
  new Promise((resolve) => {
    const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    running.add(child);
    const [stdout, stderr] = [keepTail(child.stdout), keepTail(child.stderr)];
    const timers: NodeJS.Timeout[] = [];
    let timedOut = false;
    const settle = (ending: Ending): void => {
      for (const timer of timers) clearTimeout(timer);
      running.delete(child);
      resolve({ ending, stdout: stdout(), stderr: stderr() });
    };
    const onTime = (): void => {
      timedOut = true;
      killGroup(child, 'SIGTERM');
      timers.push(setTimeout(() => killGroup(child, 'SIGKILL'), KILL_AFTER_MS));
    };
    timers.push(setTimeout(onTime, timeoutMs));
    child.once('error', (error) => settle({ kind: 'not-started', error }));
    child.once('exit', () => timers.push(setTimeout(() => dropGroup(child), PIPE_GRACE_MS)));
    child.once('close', (status, signal) => {
      if (timedOut) settle({ kind: 'timeout' });
      else if (status === null) settle({ kind: 'signal', signal: signal ?? 'unknown' });
      else settle({ kind: 'exit', status });
    });
  });
