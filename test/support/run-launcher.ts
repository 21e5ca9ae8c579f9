import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeScratch, type Scratch } from './scratch.ts';

export interface RunOptions {
  /** A name in `bin/`, or an absolute path. */
  program?: string;
  args?: readonly string[];
  /** The text of a config file, whose path becomes the first argument. */
  config?: string | Uint8Array;
  env?: Record<string, string>;
  cwd?: string;
  /** After so long the program and all of its process group are killed. Default 60 s. */
  timeoutMs?: number;
  stdin?: string | Uint8Array;
  /** Sends `signal`, by default SIGKILL, to the program alone so long after the start. */
  signalAfterMs?: number;
  /** Sends `signal` as soon as this text stands on standard error. */
  signalAtText?: string;
  signal?: NodeJS.Signals;
  umask?: number;
}

export interface RunResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  durationMs: number;
  timedOut: boolean;
  configPath: string | undefined;
}

export interface RunningLauncher {
  readonly pid: number;
  kill(signal: NodeJS.Signals): void;
  readonly result: Promise<RunResult>;
}

const BIN = fileURLToPath(new URL('../../bin/', import.meta.url));
/** What a workload left running may hold our pipes open so long. */
const GRACE_MS = 1000;

let shared: Scratch | undefined;

/** A folder for one run. All go at the end of the test file or process. */
const runFolder = (): string => {
  shared ??= makeScratch();
  return mkdtempSync(join(shared.path, 'run-'));
};

const writeConfig = (folder: string, config: RunOptions['config']): string | undefined => {
  if (config === undefined) return undefined;
  const path = join(folder, 'config.conf');
  writeFileSync(path, config);
  return path;
};

const launch = (options: RunOptions, folder: string, args: readonly string[]): ChildProcess => {
  const name = options.program ?? 'trusted-workload-launcher';
  const program = name.startsWith('/') ? name : join(BIN, name);
  // A umask is the parent's to set: a shell stands between where one is asked for.
  const [command = '', ...before] =
    options.umask === undefined
      ? [program]
      : ['/bin/sh', '-c', `umask 0${options.umask.toString(8)}; exec "$0" "$@"`, program];
  const child = spawn(command, [...before, ...args], {
    cwd: options.cwd ?? folder,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: folder, ...options.env },
    detached: true,
  });
  child.stdin.on('error', () => {});
  child.stdin.end(options.stdin);
  return child;
};

const killGroup = (child: ChildProcess): void => {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // All of it has ended.
  }
};

/** Collects the output as it comes; calls `onStderr` with all of standard error at every addition. */
const collect = (child: ChildProcess, onStderr: (all: string) => void): { stdout: string; stderr: string } => {
  const output = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
    onStderr(output.stderr);
  });
  return output;
};

/** Starts a program of `bin/` by its path, from a folder of its own, in an environment made from nothing. */
export const startLauncher = (options: RunOptions): RunningLauncher => {
  const folder = runFolder();
  const configPath = writeConfig(folder, options.config);
  const args = [...(configPath === undefined ? [] : [configPath]), ...(options.args ?? [])];
  const started = performance.now();
  const child = launch(options, folder, args);
  const sendSignal = (): void => void child.kill(options.signal ?? 'SIGKILL');
  let awaited = options.signalAtText;
  const output = collect(child, (all) => {
    if (awaited === undefined || !all.includes(awaited)) return;
    awaited = undefined;
    sendSignal();
  });
  let timedOut = false;
  let durationMs = 0;
  const onTime = (): void => {
    timedOut = true;
    killGroup(child);
  };
  const timers = [setTimeout(onTime, options.timeoutMs ?? 60_000)];
  if (options.signalAfterMs !== undefined) timers.push(setTimeout(sendSignal, options.signalAfterMs));
  const result = new Promise<RunResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => {
      durationMs = performance.now() - started;
      for (const timer of timers) clearTimeout(timer);
      timers.push(setTimeout(() => killGroup(child), GRACE_MS));
    });
    child.once('close', (code, signal) => {
      for (const timer of timers) clearTimeout(timer);
      resolve({ code, signal, ...output, durationMs, timedOut, configPath });
    });
  });
  return { pid: child.pid ?? 0, kill: (signal) => void child.kill(signal), result };
};

/** As {@link startLauncher}, to its end. */
export const runLauncher = (options: RunOptions): Promise<RunResult> => startLauncher(options).result;
