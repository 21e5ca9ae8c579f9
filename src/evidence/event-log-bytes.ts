import { gunzipSync } from 'node:zlib';
import { parseJson } from '../base/json.ts';
import { sameBytes, utf8 } from './bytes.ts';
import { EvidenceError } from './errors.ts';
import { MAX_EVENT_LOG_BYTES } from './limits.ts';
import type { LogEvent } from './log-event.ts';
import { readEventLog } from './read-event-log.ts';

const NAME = 'the event log';
/** What marks a compressed log (dstack ra-tls). */
const COMPRESSED = utf8('ELGZv1');

/** What `gunzipSync` returns with `info`, which its types leave out: the output, and how much input it took. */
interface Inflated {
  readonly buffer: Uint8Array;
  readonly engine: { readonly bytesWritten: number };
}

const gunzip = (compressed: Uint8Array): Inflated => {
  try {
    return gunzipSync(compressed, { info: true, maxOutputLength: MAX_EVENT_LOG_BYTES }) as unknown as Inflated;
  } catch (cause) {
    if (cause instanceof RangeError) {
      throw new EvidenceError('too-large', `${NAME} inflates to more than ${MAX_EVENT_LOG_BYTES} bytes`, { cause });
    }
    throw new EvidenceError('bad-event-log', `${NAME} is marked as compressed and is not gzip`, { cause });
  }
};

const inflate = (compressed: Uint8Array): Uint8Array => {
  const { buffer, engine } = gunzip(compressed);
  // zlib passes over zero bytes behind the last member.
  if (engine.bytesWritten !== compressed.length) {
    throw new EvidenceError('bad-event-log', `${NAME} has bytes behind its compressed end`);
  }
  return buffer;
};

/**
 * An event log as RA-TLS certificates carry it: JSON, or `ELGZv1` and gzip of the JSON. Throws as `readEventLog`, and
 * `bad-event-log` where it does not inflate, `too-large` where it inflates beyond the limit.
 */
export const readEventLogBytes = (bytes: Uint8Array): readonly LogEvent[] => {
  const compressed = sameBytes(bytes.subarray(0, COMPRESSED.length), COMPRESSED);
  const json = compressed ? inflate(bytes.subarray(COMPRESSED.length)) : bytes;
  return readEventLog(parseJson(json, { name: NAME, maxBytes: MAX_EVENT_LOG_BYTES }));
};
