import { spawn } from 'node:child_process';

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `docker ARGS`, which must succeed, and gives its standard output. */
export type Engine = (...args: string[]) => Promise<string>;

/** Runs a program to its end. Not `spawnSync`: servers that it asks live in this process. A program that is not there ends with 127. */
export const run = (program: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Ran> =>
  new Promise((resolve) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] += text;
      });
    }
    child.once('error', ({ message }) => resolve({ code: 127, stdout: '', stderr: message }));
    child.once('close', (code) => resolve({ code, ...output }));
  });
