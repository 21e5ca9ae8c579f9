import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';

/** A service as `docker compose config --format json` gives it. */
export interface ConfigService {
  image?: string;
  environment?: Record<string, string | null>;
  command?: string[] | null;
  entrypoint?: string[] | null;
  volumes?: { type: string; source?: string; target: string; read_only?: boolean }[];
  configs?: { source: string; target?: string }[];
  secrets?: { source: string; target?: string }[];
  tmpfs?: string[];
  [key: string]: unknown;
}

export interface Config {
  services: Record<string, ConfigService>;
  configs?: Record<string, { content?: string }>;
}

const run = (args: readonly string[], cwd: string): Promise<{ code: number | null; stdout: string; stderr: string }> =>
  new Promise((resolve, reject) => {
    // Nothing of this process's environment: what is compared is the file alone.
    const env = { PATH: process.env.PATH ?? '', HOME: cwd };
    const child = spawn('docker', ['compose', ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });

/** The version of compose on this machine, which needs no engine; undefined where there is none. Under CI that is an error. */
export const composeVersion = async (): Promise<string | undefined> => {
  const result = await run(['version', '--short'], '/').catch((error: Error) => ({
    code: 1,
    stdout: '',
    stderr: error.message,
  }));
  if (result.code === 0) return result.stdout.trim();
  if ((process.env.CI ?? '') !== '') throw new Error(`compose must be compared with under CI: ${result.stderr}`);
  console.warn(`the comparison with docker compose is skipped: ${result.stderr.trim().split('\n')[0]}`);
  return undefined;
};

/** `$` is written `$$` in what compose prints. */
const literal = (value: unknown): unknown => {
  if (typeof value === 'string') return value.replaceAll('$$', '$');
  if (Array.isArray(value)) return value.map(literal);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key.replaceAll('$$', '$'), literal(one)]));
};

/** What compose makes of a text; a string, its message, where it refuses it. */
export const composeConfig = async (folder: string, text: string): Promise<Config | string> => {
  writeFileSync(`${folder}/compose.yml`, text);
  const args = ['-p', 'p', '-f', 'compose.yml', '--profile', '*', 'config', '--format', 'json'];
  const { code, stdout, stderr } = await run(args, folder);
  return code === 0 ? (literal(JSON.parse(stdout)) as Config) : stderr;
};
