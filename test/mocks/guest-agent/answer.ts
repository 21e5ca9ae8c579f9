/** SIMULATED hardware: writes answers of the guest agent, good ones and, byte for byte, bad ones. */
import { Buffer } from 'node:buffer';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './faults.ts';

const JSON_TYPE = 'application/json';
const CHUNK = Buffer.alloc(64 * 1024, '0');

export const sendText = (response: ServerResponse, status: number, body: string, type = 'text/html'): void => {
  const bytes = Buffer.from(body, 'utf8');
  response.writeHead(status, { 'content-type': type, 'content-length': bytes.length });
  response.end(bytes);
};

/** The agent's shape of errors, pretty-printed as it is. */
export const sendError = (response: ServerResponse, message: string, status = 400): void =>
  sendText(response, status, JSON.stringify({ error: message }, null, 2), JSON_TYPE);

/** Head and body past Node, which would not let a length be wrong; then the connection ends. */
const sendRaw = (response: ServerResponse, length: number, body: Uint8Array): void => {
  const head = `HTTP/1.1 200 OK\r\ncontent-type: ${JSON_TYPE}\r\ncontent-length: ${length}\r\n\r\n`;
  response.socket?.end(Buffer.concat([Buffer.from(head, 'latin1'), body]));
};

/** Text that looks like an answer and does not end before `bytes`. */
function* hugeText(bytes: number): Generator<Buffer> {
  yield Buffer.from('{"quote":"', 'latin1');
  for (let sent = 0; sent < bytes; sent += CHUNK.length) yield CHUNK.subarray(0, bytes - sent);
  yield Buffer.from('"}', 'latin1');
}

const sendHuge = async (response: ServerResponse, bytes: number): Promise<void> => {
  response.writeHead(200, { 'content-type': JSON_TYPE });
  // A client that has read enough goes away, which is what is waited for.
  await pipeline(Readable.from(hugeText(bytes)), response).catch(() => undefined);
};

const bodyOf = (answer: unknown): Buffer => Buffer.from(answer === undefined ? '' : JSON.stringify(answer), 'utf8');

/** Answers with the value (undefined: an empty body), as the fault would have it. */
export const sendAnswer = async (
  response: ServerResponse,
  answer: unknown,
  fault: Fault | undefined,
): Promise<void> => {
  const good = bodyOf(answer);
  switch (fault?.kind) {
    case 'hang':
      return;
    case 'error':
      return sendError(response, fault.message ?? 'SIMULATED failure', fault.status);
    case 'text':
      return sendText(response, fault.status ?? 200, fault.body, fault.contentType ?? JSON_TYPE);
    case 'drop':
      if (fault.after < 0) response.socket?.destroy();
      else sendRaw(response, good.length, good.subarray(0, fault.after));
      return;
    case 'length':
      return sendRaw(response, good.length + fault.delta, good);
    case 'huge':
      return sendHuge(response, fault.bytes);
    case 'change': {
      const changed = fault.change((answer ?? {}) as Record<string, unknown>);
      return sendText(response, 200, bodyOf(changed).toString('utf8'), JSON_TYPE);
    }
    case 'slow':
      await sleep(fault.ms);
  }
  sendText(response, 200, good.toString('utf8'), JSON_TYPE);
};
