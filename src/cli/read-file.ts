import { closeSync, constants, openSync, readSync } from 'node:fs';
import { messageOf, systemCodeOf } from '../base/error.ts';
import { escapeText } from '../base/escape.ts';
import { CliError } from './errors.ts';

const CHUNK_BYTES = 64 * 1024;

/** At most `bound + 1` bytes, whatever size the system names: a file may grow, or be none. A pipe without a writer is empty. */
const readUpTo = (path: string, bound: number): Buffer => {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const chunks: Buffer[] = [];
    for (let length = 0; length <= bound; ) {
      const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, bound + 1 - length));
      const count = readSync(descriptor, chunk);
      if (count === 0) break;
      chunks.push(chunk.subarray(0, count));
      length += count;
    }
    return Buffer.concat(chunks);
  } finally {
    closeSync(descriptor);
  }
};

/**
 * The bytes of a file that an option names, at most `bound` of them.
 * Throws CliError `file-missing`, `file-unreadable`, `file-too-large`.
 */
export const readFile = (option: string, path: string, bound: number): Buffer => {
  let bytes: Buffer;
  try {
    bytes = readUpTo(path, bound);
  } catch (error) {
    const missing = systemCodeOf(error) === 'ENOENT';
    const why = missing ? 'there is no such file' : escapeText(messageOf(error));
    throw new CliError(missing ? 'file-missing' : 'file-unreadable', `${option} ${escapeText(path)}: ${why}`, {
      hint: 'check the path that was given',
      cause: error,
    });
  }
  if (bytes.length <= bound) return bytes;
  throw new CliError('file-too-large', `${option} ${escapeText(path)}: larger than ${bound} bytes`, {
    hint: 'check that this is the file that was meant',
  });
};
