import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, SeenRequest } from './answer.ts';

type Faults = Pick<Answer, 'hangAfter' | 'cutAfter' | 'flipBit' | 'drip'>;

const gone = (response: ServerResponse): boolean => response.destroyed || response.socket?.destroyed === true;

const write = async (response: ServerResponse, bytes: Uint8Array, request: SeenRequest): Promise<void> => {
  if (bytes.length === 0 || gone(response)) return;
  request.responseBytes += bytes.length;
  request.response?.push(bytes);
  if (response.write(bytes)) return;
  const stop = new AbortController();
  const { signal } = stop;
  await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]);
  // The loser stops listening.
  stop.abort();
};

const writeSlowly = async (
  response: ServerResponse,
  bytes: Uint8Array,
  request: SeenRequest,
  drip: NonNullable<Faults['drip']>,
): Promise<void> => {
  for (let at = 0; at < bytes.length && !gone(response); at += drip.bytes) {
    await sleep(drip.everyMs);
    await write(response, bytes.subarray(at, at + drip.bytes), request);
  }
};

/** `chunk` with the bit turned over, where it lies in it. `start` is the chunk's place in the body. */
const flipped = (chunk: Uint8Array, start: number, bit: number | undefined): Uint8Array => {
  const at = bit === undefined ? -1 : Math.floor(bit / 8) - start;
  if (bit === undefined || at < 0 || at >= chunk.length) return chunk;
  const copy = Buffer.from(chunk);
  copy[at] = copy[at]! ^ (1 << (bit % 8));
  return copy;
};

/** Sends a body with the faults asked for. Resolves when no more is to be done, also when the client is gone. */
export const sendBody = async (
  response: ServerResponse,
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  request: SeenRequest,
  faults: Faults,
): Promise<void> => {
  const limit = Math.min(faults.hangAfter ?? Number.POSITIVE_INFINITY, faults.cutAfter ?? Number.POSITIVE_INFINITY);
  let position = 0;
  if (Number.isFinite(limit)) response.flushHeaders();
  for await (const chunk of body) {
    if (gone(response) || position >= limit) break;
    const bytes = flipped(chunk, position, faults.flipBit).subarray(0, limit - position);
    position += bytes.length;
    await (faults.drip ? writeSlowly(response, bytes, request, faults.drip) : write(response, bytes, request));
  }
  if (gone(response)) return;
  if (position < limit) return void response.end();
  if (limit === faults.hangAfter) return void (await once(response, 'close'));
  // What was written must leave before the socket does: the client is to see exactly so many bytes.
  await new Promise((resolve) => response.write('', resolve));
  response.socket?.destroy();
};
