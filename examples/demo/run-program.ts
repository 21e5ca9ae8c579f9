import { spawn } from 'node:child_process';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { showCommand, showOutput } from './say.ts';

const BIN = fileURLToPath(new URL('../../bin/', import.meta.url));
const PATH = '/usr/local/bin:/usr/bin:/bin';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** The folder that it runs in, and its home. */
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What is shown of its output; all of it where not given. */
  readonly excerpt?: (output: string) => string;
  /** The status that the story is about; 0 where not given. */
  readonly expected?: number;
}

/** A small environment: npm's many variables are no part of the story. */
export const environmentOf = ({ cwd, env }: Pick<RunOptions, 'cwd' | 'env'>): Record<string, string> => ({
  PATH,
  HOME: cwd,
  ...env,
});

/** The path of a program of this project. */
export const programPath = (name: string): string => join(BIN, name);

/**
 * Runs one of this project's programs as a process of its own, and shows command and output. Not `spawnSync`: the servers that it
 * asks live in this process. Throws where it ends with another status than the story tells of.
 */
export const runProgram = async (argv: readonly string[], options: RunOptions): Promise<Ran> => {
  const [name = '', ...args] = argv;
  showCommand(argv);
  const child = spawn(programPath(name), args, { cwd: options.cwd, env: environmentOf(options) });
  child.stdin.end();
  const output = { stdout: '', stderr: '', all: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text;
      output.all += text;
    });
  }
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) =>
      status === null ? reject(new Error(`${name}: ${signal}`)) : resolve(status),
    );
  });
  const { expected = 0, excerpt = (text) => text } = options;
  showOutput(code === expected ? excerpt(output.all) : output.all);
  if (code !== expected) throw new Error(`${basename(name)} ended with ${code} in place of ${expected}`);
  return { code, stdout: output.stdout, stderr: output.stderr };
};
