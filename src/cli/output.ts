import { writeSync } from 'node:fs';
import { messageOf, systemCodeOf } from '../base/error.ts';
import { CliError } from './errors.ts';

export const STDOUT = 1;
export const STDERR = 2;

/** Half a second between two bytes: a reader that is slower is gone for us. */
const MAX_WAITS = 500;
const WAIT_MS = 10;

/** Calls `write` again where the pipe is full because somebody left it non-blocking. */
const patiently = (write: () => number): number => {
  for (let waits = 0; ; waits++) {
    try {
      return write();
    } catch (error) {
      if (systemCodeOf(error) !== 'EAGAIN' || waits >= MAX_WAITS) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MS);
    }
  }
};

/**
 * All of `text` to a descriptor, synchronously, so that nothing is lost at the end of the process. A reader that closed the pipe
 * wanted no more, and that is no error. Throws CliError `output-failed` for all else, as a full disk: a report that
 * was not written must not end with the status of one that was.
 */
export const writeText = (descriptor: number, text: string): void => {
  try {
    for (let bytes = Buffer.from(text, 'utf8'); bytes.length > 0; ) {
      const rest = bytes;
      bytes = rest.subarray(patiently(() => writeSync(descriptor, rest)));
    }
  } catch (error) {
    if (systemCodeOf(error) === 'EPIPE') return;
    throw new CliError('output-failed', `the output cannot be written: ${messageOf(error)}`, {
      hint: 'see where it is redirected to',
      cause: error,
    });
  }
};
