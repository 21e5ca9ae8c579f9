import { closeSync, constants, openSync, readSync } from 'node:fs';

/**
 * At most `bound` bytes of a file; a pipe without a writer is empty and does not hang.
 * @throws a system error of Node's
 */
export const readBounded = (path: string, bound: number): Uint8Array => {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const bytes = Buffer.alloc(bound);
    let length = 0;
    for (let count = -1; count !== 0 && length < bound; length += count) {
      count = readSync(descriptor, bytes, length, bound - length, null);
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
};
