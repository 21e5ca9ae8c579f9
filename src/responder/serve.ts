import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { BaseError } from '../base/error.ts';
import type { Logger } from '../base/log.ts';
import type { GuestAgent } from '../guest/agent.ts';
import { GuestError } from '../guest/errors.ts';
import { answerNonce } from './answer.ts';
import {
  BURST_REQUESTS,
  CHECK_MS,
  CONNECTION_MS,
  MAX_CONCURRENT_QUOTES,
  MAX_CONNECTIONS,
  MAX_HEAD_BYTES,
  REQUEST_MS,
  REQUESTS_PER_SECOND,
} from './limits.ts';
import { readRequest } from './read-request.ts';
import { tokenBucket } from './token-bucket.ts';

export interface ServeOptions {
  readonly receiptPath: string;
  /** A client for one answer. @throws GuestError */
  readonly agent: () => GuestAgent;
  readonly log: Logger;
}

const send = (response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}): void => {
  const bytes = Buffer.from(body, 'utf8');
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': bytes.length,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    // Anybody may ask, from a page in a browser too: there is nothing here that a caller has and others have not.
    'Access-Control-Allow-Origin': '*',
    Connection: 'close',
    ...headers,
  });
  response.end(bytes);
};

const sendError = (
  response: ServerResponse,
  status: number,
  code: string,
  why: string,
  headers?: Record<string, string>,
): void => send(response, status, `${JSON.stringify({ error: why, code })}\n`, headers);

/** A server that answers nonces and is not listening yet. It holds nothing and writes nothing. */
export const createResponder = ({ receiptPath, agent, log }: ServeOptions): Server => {
  const { createServer } = process.getBuiltinModule('node:http');
  const bucket = tokenBucket(BURST_REQUESTS, REQUESTS_PER_SECOND, () => performance.now());
  let quotes = 0;

  const attest = async (nonce: Uint8Array, response: ServerResponse): Promise<void> => {
    const seconds = bucket.take();
    if (seconds > 0) {
      return sendError(response, 429, 'too-many', 'too many requests', { 'Retry-After': String(seconds) });
    }
    if (quotes >= MAX_CONCURRENT_QUOTES) {
      return sendError(response, 503, 'busy', 'other quotes are being made', { 'Retry-After': '1' });
    }
    quotes += 1;
    try {
      send(response, 200, await answerNonce(nonce, receiptPath, agent));
    } catch (error) {
      if (!(error instanceof BaseError)) throw error;
      const { code, message } = error as BaseError<string>;
      log.warning(message, { code });
      // Paths and what the agent says are for the log.
      if (error instanceof GuestError) sendError(response, 502, code, 'the guest agent gave no quote');
      else sendError(response, 503, code, 'there is no receipt of a launcher');
    } finally {
      quotes -= 1;
    }
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const asked = readRequest(request);
    if (asked.kind === 'attest') return await attest(asked.nonce, response);
    if (asked.kind === 'health') return send(response, 200, '{"status":"ok"}\n');
    const headers: Record<string, string> = asked.status === 405 ? { Allow: 'GET' } : {};
    sendError(response, asked.status, 'refused', asked.why, headers);
  };

  const server = createServer(
    {
      maxHeaderSize: MAX_HEAD_BYTES,
      headersTimeout: REQUEST_MS,
      requestTimeout: REQUEST_MS,
      connectionsCheckingInterval: CHECK_MS,
      requireHostHeader: false,
    },
    (request, response) => {
      handle(request, response).catch((error: Error) => {
        log.error(`internal error: ${error.stack ?? error.message}`, { code: 'internal' });
        if (!response.headersSent) sendError(response, 500, 'internal', 'internal error');
      });
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  // One request for each connection, and an end to it whoever reads how slowly.
  server.maxRequestsPerSocket = 1;
  server.on('connection', (socket) => {
    const timer = setTimeout(() => socket.destroy(), CONNECTION_MS);
    socket.once('close', () => clearTimeout(timer));
    socket.on('error', () => socket.destroy());
  });
  // Without listeners Node would take "Expect: 100-continue" and "Upgrade" as its own affair.
  server.on('checkContinue', (request, response) => server.emit('request', request, response));
  return server;
};
