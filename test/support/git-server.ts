import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Behaviour, SeenRequest } from './answer.ts';
import { type BackendOptions, type RunningBackend, runBackend } from './git-backend.ts';
import { sendBody } from './send-body.ts';

export interface GitServerOptions {
  /** The folder whose repositories are served, each by its path below it. */
  root: string;
  /** PEM texts; with them the server speaks https. */
  tls?: { key: string; cert: string };
  behaviour?: Behaviour;
  /** Git configuration on top of each repository's own. */
  config?: Record<string, string>;
  /**
   * Keeps the bodies of its answers. Git cuts one pack into lines differently from time to time: a fault at an exact place
   * needs a recorded answer to be repeated.
   */
  record?: boolean;
  /** A fixed port, to come back where another server was. */
  port?: number;
}

export interface GitServer {
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  readonly requests: SeenRequest[];
  /** Changes what the server does from the next request on. */
  behave(behaviour: Behaviour | undefined): void;
  close(): Promise<void>;
}

const readBody = async (message: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

async function* following(first: Buffer, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first;
  yield* rest;
}

const sendReply = async (response: ServerResponse, seen: SeenRequest, answer: Answer): Promise<void> => {
  const { status, headers = {}, body = '' } = answer.reply!;
  seen.status = status;
  response.writeHead(status, headers);
  const pieces = typeof body === 'string' || body instanceof Uint8Array ? [Buffer.from(body as Uint8Array)] : body;
  await sendBody(response, pieces, seen, answer);
};

const sendBackend = async (
  response: ServerResponse,
  seen: SeenRequest,
  answer: Answer,
  backend: RunningBackend,
): Promise<void> => {
  const { status, headers, first, stream } = await backend.answer;
  seen.status = status;
  response.writeHead(status, headers);
  await sendBody(response, following(first, stream), seen, answer);
};

const handle = async (
  message: IncomingMessage,
  response: ServerResponse,
  requests: SeenRequest[],
  behaviour: Behaviour | undefined,
  options: BackendOptions & { record?: boolean },
): Promise<void> => {
  const body = await readBody(message);
  const { method = 'GET', url = '/', headers } = message;
  const seen: SeenRequest = { method, url, headers, body, bodyBytes: body.length, responseBytes: 0, status: 0 };
  if (options.record === true) seen.response = [];
  requests.push(seen);
  const answer = behaviour?.(seen, requests.length - 1) ?? {};
  if (answer.delayMs !== undefined) await sleep(answer.delayMs);
  if (answer.hang === true) return;
  if (answer.reply !== undefined) return sendReply(response, seen, answer);
  const backend = runBackend(
    { method, url, headers, body },
    { ...options, ignoreGitProtocol: answer.ignoreGitProtocol === true },
  );
  response.once('close', () => backend.kill());
  await sendBackend(response, seen, answer, backend);
};

/** A real smart-HTTP server on loopback, by `git http-backend`, whose answers a test can bend. */
export const startGitServer = async (options: GitServerOptions): Promise<GitServer> => {
  const requests: SeenRequest[] = [];
  let behaviour = options.behaviour;
  const backendOptions = { root: options.root, config: options.config ?? {}, record: options.record === true };
  const listener = (message: IncomingMessage, response: ServerResponse): void => {
    handle(message, response, requests, behaviour, backendOptions).catch(() => response.destroy());
  };
  const server = options.tls ? createTlsServer(options.tls, listener) : createServer(listener);
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    requests,
    behave: (next) => {
      behaviour = next;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
