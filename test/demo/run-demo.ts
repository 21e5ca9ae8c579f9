import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface DemoRun {
  readonly code: number | null;
  readonly stdout: string;
  /** Standard output and standard error. */
  readonly output: string;
  readonly durationMs: number;
}

/** Nothing of the test runner's: what the demo imports would take itself for a test. */
const ENV = {
  PATH: process.env.PATH ?? '',
  HOME: process.env.HOME ?? '/nonexistent',
  NO_COLOR: '1',
  ...(process.env.REGISTRY === undefined ? {} : { REGISTRY: process.env.REGISTRY }),
};

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** `npm run demo -- ARGS`, as a process. `before` is a command that it is run by. */
export const runDemo = async (args: readonly string[], before: readonly string[] = []): Promise<DemoRun> => {
  const started = performance.now();
  const [command = '', ...rest] = [...before, 'npm', 'run', '--silent', 'demo', '--', ...args];
  const child = spawn(command, rest, {
    cwd: ROOT,
    env: ENV,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, stdout, output, durationMs: performance.now() - started };
};
