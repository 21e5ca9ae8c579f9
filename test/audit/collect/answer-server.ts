import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { Answer, SeenRequest } from '../../support/answer.ts';
import { sendBody } from '../../support/send-body.ts';

export interface AnswerServer {
  /** Without a slash at the end. */
  readonly url: string;
  readonly requests: readonly SeenRequest[];
}

/** A server on loopback that answers as it is told, until the running test ends. Inside a test only. */
export const useServer = async (
  answer: (request: SeenRequest, index: number) => Answer,
  tls?: { key: string; cert: string },
): Promise<AnswerServer> => {
  const requests: SeenRequest[] = [];
  const listener: RequestListener = (message, response) => {
    const { method = 'GET', url = '/', headers } = message;
    const seen: SeenRequest = {
      method,
      url,
      headers,
      body: Buffer.alloc(0),
      bodyBytes: 0,
      responseBytes: 0,
      status: 0,
    };
    requests.push(seen);
    const told = answer(seen, requests.length - 1);
    if (told.hang === true) return;
    const { status, headers: sent = {}, body = '' } = told.reply ?? { status: 404 };
    const pieces = typeof body === 'string' || body instanceof Uint8Array ? [Buffer.from(body as Uint8Array)] : body;
    const send = async (): Promise<void> => {
      if (told.delayMs !== undefined) await sleep(told.delayMs);
      response.writeHead(status, sent);
      await sendBody(response, pieces, seen, told);
    };
    send().catch(() => response.destroy());
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });
  const { port } = server.address() as AddressInfo;
  return { url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`, requests };
};

/** A whole answer. */
export const reply = (
  status: number,
  body: string | Uint8Array = '',
  headers: Record<string, string> = {},
): Answer => ({
  reply: { status, body, headers },
});
