/** SIMULATED hardware: what a request to the guest agent asks for: POST with JSON, or GET with a query. */
import { Buffer } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Parameters } from './methods.ts';

/** The agent's own limit of a request. */
const MAX_BODY = 10 * 1024 * 1024;

export interface SeenRequest {
  readonly verb: string;
  readonly path: string;
  readonly method: string;
  readonly parameters: Parameters;
}

/** A request that is no call: status, and text that is not JSON. */
export class NotACall extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) throw new NotACall(413, 'Payload Too Large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const parse = (text: string): Parameters => {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error('Failed to deserialize: invalid type, expected a map');
  }
  return value as Parameters;
};

/** Reads the parameters. Throws `NotACall`, or an error whose message is the answer's. */
export const readParameters = async (request: IncomingMessage, query: URLSearchParams): Promise<Parameters> => {
  if (request.method === 'GET') return Object.fromEntries([...query].filter(([name]) => name !== 'json'));
  if (request.method !== 'POST') throw new NotACall(404, 'Not Found');
  const text = await readBody(request);
  const json = request.headers['content-type']?.startsWith('application/json') === true || query.has('json');
  // The real agent reads protobuf here, and answers in it.
  if (!json) throw new NotACall(400, 'SIMULATED agent: no JSON was asked for, and protobuf is not spoken here');
  return parse(text);
};
