import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { escapeText } from '../base/escape.ts';
import { StateError, stateError } from './errors.ts';

/** What is read at once. */
const CHUNK_BYTES = 64 * 1024;

/** At most `maxBytes + 1` bytes: the size that the system names is not believed, a file may grow or be a pipe. */
export const readDescriptor = (descriptor: number, maxBytes: number): Buffer => {
  const chunks: Buffer[] = [];
  let length = 0;
  while (length <= maxBytes) {
    const chunk = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, maxBytes + 1 - length));
    const count = readSync(descriptor, chunk, 0, chunk.length, null);
    if (count === 0) break;
    chunks.push(chunk.subarray(0, count));
    length += count;
  }
  return Buffer.concat(chunks);
};

/**
 * The bytes of a file of at most `maxBytes`. A pipe without a writer is empty and does not hang.
 * Throws StateError: `too-large`, `not-a-file`, `file-missing`, `not-permitted`, `disk-failed`.
 */
export const readBounded = (path: string, maxBytes: number): Uint8Array => {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if (fstatSync(descriptor).isDirectory()) {
      throw new StateError('not-a-file', `${escapeText(path)} is a folder`, { hint: 'name a file and not a folder' });
    }
    const bytes = readDescriptor(descriptor, maxBytes);
    if (bytes.length <= maxBytes) return bytes;
    throw new StateError('too-large', `${escapeText(path)} is larger than ${maxBytes} bytes`, {
      hint: 'check that this is the file that was meant',
    });
  } catch (error) {
    throw stateError(error, 'reading', path);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
};
