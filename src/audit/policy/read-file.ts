import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { escapeText } from '../../base/escape.ts';
import { StateError, stateError } from '../../state/errors.ts';

/** How long a pipe may be silent, in milliseconds: a command that writes a policy fetches it, and nobody waits longer without a word. */
export const PATIENCE_MS = 10_000;
/** How often it is asked. */
const PAUSE_MS = 20;
/** What is read at once. */
const CHUNK_BYTES = 64 * 1024;

const pause = (): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);

/** What there is; undefined where somebody holds a pipe open and has written nothing yet. */
const readSome = (descriptor: number, most: number): Uint8Array | undefined => {
  const chunk = Buffer.allocUnsafeSlow(most);
  try {
    return chunk.subarray(0, readSync(descriptor, chunk, 0, most, null));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined;
    throw error;
  }
};

/** At most `maxBytes + 1`. `waits`: that nothing came at first is no end, since whoever writes may not have begun. */
const readAll = (descriptor: number, path: string, maxBytes: number, waits: boolean, patienceMs: number): Buffer => {
  const chunks: Uint8Array[] = [];
  let length = 0;
  let last = performance.now();
  while (length <= maxBytes) {
    const chunk = readSome(descriptor, Math.min(CHUNK_BYTES, maxBytes + 1 - length));
    if (chunk !== undefined && chunk.length > 0) {
      chunks.push(chunk);
      length += chunk.length;
      last = performance.now();
      continue;
    }
    if (chunk !== undefined && (length > 0 || !waits)) break;
    if (performance.now() - last >= patienceMs) {
      throw new StateError('not-a-file', `nothing came out of ${escapeText(path)} for ${patienceMs / 1000} s`, {
        hint: 'write the policy to a file, and name that',
      });
    }
    pause();
  }
  return Buffer.concat(chunks);
};

/**
 * All that a path gives, at most a byte more than `maxBytes`. Of a pipe (`/dev/stdin`, `<(command)`) it waits for who writes it and for its
 * end, since what was read before would be another policy than the one that was meant; but for no silence longer than `patienceMs`.
 * Throws StateError.
 */
export const readPolicyFile = (path: string, maxBytes: number, patienceMs = PATIENCE_MS): Uint8Array => {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = fstatSync(descriptor);
    if (!stats.isFile() && !stats.isFIFO() && !stats.isCharacterDevice()) {
      throw new StateError('not-a-file', `${escapeText(path)} is neither a file nor a pipe`, {
        hint: 'name a file and not a folder',
      });
    }
    return readAll(descriptor, path, maxBytes, stats.isFIFO(), patienceMs);
  } catch (error) {
    throw stateError(error, 'reading', path);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
};
