import { spawn } from 'node:child_process';
import { type IncomingHttpHeaders, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { receiptBytes } from '../../src/evidence/receipt/receipt.ts';
import { statementBytes } from '../../src/evidence/receipt/statement.ts';
import { STATEMENT } from '../evidence/receipt/samples.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/twl-attest', import.meta.url));

/** A receipt as a launcher leaves it; its quote is none, which twl-attest does not look at. */
export const RECEIPT = receiptBytes({
  statementBytes: statementBytes(STATEMENT),
  event: 'emitted',
  quote: { quote: new Uint8Array([1]), eventLog: '[]', vmConfig: '' },
});

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  port: number;
  pid: number;
  kill(signal: NodeJS.Signals): void;
  /** All of standard error so far. */
  log(): string;
  readonly ended: Promise<Ended>;
}

interface Options {
  env?: Record<string, string>;
  args?: readonly string[];
  uid?: number;
}

const begin = ({ env = {}, args = [], uid }: Options) => {
  const child = spawn(PROGRAM, args, {
    cwd: '/',
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', LISTEN: '127.0.0.1:0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, ...output }));
  });
  return { child, output, ended };
};

/** The real program, to its end. */
export const runResponder = (options: Options): Promise<Ended> => {
  const { child, output, ended } = begin(options);
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  return ended;
};

/** The real program, listening. It is ended with the test where `atEnd` is not given. */
export const startResponder = async (options: Options, atEnd = onTestFinished): Promise<Running> => {
  const { child, output, ended } = begin(options);
  atEnd(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const port = await new Promise<number>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output.stderr += text;
      const found = /listening at \S+:(\d+)/.exec(output.stderr)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
    ended.then(({ stderr }) => reject(new Error(`it ended: ${stderr}`)), reject);
  });
  return { port, pid: child.pid ?? 0, kill: (signal) => void child.kill(signal), log: () => output.stderr, ended };
};

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export const ask = (
  port: number,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { method = 'GET', headers = {}, body } = options;
    const call = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    call.on('error', reject);
    call.end(body);
  });
