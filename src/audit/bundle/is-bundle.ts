import { closeSync, constants, openSync, readSync, statSync } from 'node:fs';

/** The first member, and the white space that a formatter may put before it. */
const HEAD_BYTES = 256;
const HEAD = /^[ \t\r\n]*\{[ \t\r\n]*"schema"[ \t\r\n]*:[ \t\r\n]*"twl-evidence-bundle\//;

/**
 * Whether a target is a file that calls itself an evidence bundle, of whatever version, in its first member. Only its first bytes are read; a path that
 * cannot be opened is none, and whoever reads it next says why.
 */
export const isBundle = (target: string): boolean => {
  let descriptor: number;
  try {
    // A pipe can be opened once, and whoever writes to it must find its reader there.
    if (target === '-' || !statSync(target).isFile()) return false;
    descriptor = openSync(target, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return false;
  }
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    return HEAD.test(head.toString('latin1', 0, readSync(descriptor, head, 0, HEAD_BYTES, 0)));
  } catch {
    return false;
  } finally {
    closeSync(descriptor);
  }
};
