import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

export interface CommandResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A container engine, by its command. */
export interface Engine {
  /** Runs `docker ARGS` and gives its outcome, good or bad. Asynchronous, so that a server in this process can answer it. */
  try(args: readonly string[], options?: { cwd?: string; env?: Record<string, string> }): Promise<CommandResult>;
  /** Runs `docker ARGS`, which must succeed, and gives its standard output. */
  docker(...args: string[]): Promise<string>;
}

const run = (args: readonly string[], options: { cwd?: string; env?: Record<string, string> } = {}) =>
  new Promise<CommandResult>((resolve, reject) => {
    const child = spawn('docker', args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.once('error', reject);
    child.once('close', (code) =>
      resolve({ code, stdout: Buffer.concat(stdout).toString('utf8'), stderr: Buffer.concat(stderr).toString('utf8') }),
    );
  });

const ENGINE: Engine = {
  try: run,
  docker: async (...args) => {
    const { code, stdout, stderr } = await run(args);
    if (code !== 0) throw new Error(`docker ${args.join(' ')} ended with ${code}: ${stderr}`);
    return stdout;
  },
};

const NEEDED = [
  ['version', '--format', '{{.Server.Version}}'],
  ['compose', 'version'],
  ['buildx', 'version'],
];

/** Why containers cannot be tested here, or undefined where they can. An engine under load is asked again. */
const whyNot = async (): Promise<string | undefined> => {
  for (const args of NEEDED) {
    for (let attempt = 1; ; attempt++) {
      const result = await run(args).catch((error: Error) => ({ code: 1, stderr: error.message }));
      if (result.code === 0) break;
      const isDown = /cannot connect|ENOENT|not a docker command|unknown/i.test(result.stderr);
      if (isDown || attempt === 3) return `docker ${args.join(' ')}: ${result.stderr.trim().split('\n')[0]}`;
      await sleep(1000);
    }
  }
  return undefined;
};

/**
 * The container engine of this machine. Where there is none the reason is printed and the answer is undefined: its tests
 * are skipped. With the variable `CI` set a missing engine is an error: nothing may be skipped there unseen.
 */
export const engine = async (): Promise<Engine | undefined> => {
  const why = await whyNot();
  if (why === undefined) return ENGINE;
  if ((process.env.CI ?? '') !== '') throw new Error(`the container tests must run under CI, and cannot: ${why}`);
  console.warn(`container tests are skipped: ${why}`);
  return undefined;
};
