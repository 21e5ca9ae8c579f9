import { spawn } from 'node:child_process';
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { gitEnvironment } from './git-command.ts';

export interface BackendRequest {
  method: string;
  /** Path and query. */
  url: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface BackendAnswer {
  status: number;
  headers: Record<string, string>;
  /** What of the body came with the head; the rest is in `stream`. */
  first: Buffer;
  stream: Readable;
}

export interface BackendOptions {
  root: string;
  /** Git configuration on top of each repository's own. */
  config?: Record<string, string>;
  /** Hides the client's wish for protocol v2, so that git answers in its oldest protocol. */
  ignoreGitProtocol?: boolean;
}

export interface RunningBackend {
  answer: Promise<BackendAnswer>;
  /** Ends git and what it started. */
  kill(): void;
}

/** Configuration as the variables by which git takes it from its caller. */
const configVariables = (config: Record<string, string>): Record<string, string> => {
  const variables: Record<string, string> = { GIT_CONFIG_COUNT: String(Object.keys(config).length) };
  Object.entries(config).forEach(([key, value], i) => {
    variables[`GIT_CONFIG_KEY_${i}`] = key;
    variables[`GIT_CONFIG_VALUE_${i}`] = value;
  });
  return variables;
};

const cgiEnvironment = (request: BackendRequest, options: BackendOptions): Record<string, string> => {
  const [path = '/', query = ''] = request.url.split('?', 2);
  const protocol = request.headers['git-protocol'];
  return gitEnvironment({
    ...configVariables({ 'safe.directory': '*', ...options.config }),
    GIT_PROJECT_ROOT: options.root,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: decodeURIComponent(path),
    QUERY_STRING: query,
    REQUEST_METHOD: request.method,
    REMOTE_ADDR: '127.0.0.1',
    CONTENT_TYPE: request.headers['content-type'] ?? '',
    CONTENT_LENGTH: String(request.body.length),
    HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
    ...(typeof protocol === 'string' && options.ignoreGitProtocol !== true ? { GIT_PROTOCOL: protocol } : {}),
  });
};

const parseHead = (head: string): { status: number; headers: Record<string, string> } => {
  const headers: Record<string, string> = {};
  let status = 200;
  for (const line of head.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).trim();
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
    else headers[name] = value;
  }
  return { status, headers };
};

/** The CGI head, read from `stream`, which is left paused after it. */
const readAnswer = (stream: Readable): Promise<BackendAnswer> =>
  new Promise((resolve, reject) => {
    let seen = Buffer.alloc(0);
    const onData = (chunk: Buffer): void => {
      seen = Buffer.concat([seen, chunk]);
      const end = seen.indexOf('\r\n\r\n');
      if (end < 0) return;
      stream.off('data', onData);
      stream.pause();
      resolve({ ...parseHead(seen.subarray(0, end).toString('latin1')), first: seen.subarray(end + 4), stream });
    };
    stream.on('data', onData);
    stream.once('error', reject);
    stream.once('end', () => reject(new Error('git http-backend ended without an answer')));
  });

/** Lets `git http-backend` answer one request. */
export const runBackend = (request: BackendRequest, options: BackendOptions): RunningBackend => {
  const child = spawn('git', ['http-backend'], {
    env: cgiEnvironment(request, options),
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });
  let ended = false;
  child.once('close', () => {
    ended = true;
  });
  child.stdin.on('error', () => {});
  child.stdin.end(request.body);
  const answer = readAnswer(child.stdout);
  child.once('error', (error) => child.stdout.destroy(error));
  return {
    answer,
    kill: () => {
      if (ended || child.pid === undefined) return;
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // Ended meanwhile.
      }
    },
  };
};
