import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { messageOf } from '../../base/error.ts';
import { escapeText } from '../../base/escape.ts';
import { StateError, stateError } from '../../state/errors.ts';
import { readDescriptor } from '../../state/read-bounded.ts';
import { PolicyError } from './errors.ts';
import { MAX_POLICY_BYTES, parsePolicy, tooLarge } from './parse.ts';
import type { Policy } from './policy.ts';

/**
 * All that a path gives, at most a byte more than a policy may have. Waits: of a pipe (`/dev/stdin`, `<(command)`) for who writes it and
 * for its end, since what was read before would be another policy than the one that was meant. Throws StateError.
 */
const readWhole = (path: string): Uint8Array => {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, constants.O_RDONLY);
    const stats = fstatSync(descriptor);
    if (!stats.isFile() && !stats.isFIFO() && !stats.isCharacterDevice()) {
      throw new StateError('not-a-file', `${escapeText(path)} is neither a file nor a pipe`, {
        hint: 'name a file and not a folder',
      });
    }
    return readDescriptor(descriptor, MAX_POLICY_BYTES);
  } catch (error) {
    throw stateError(error, 'reading', path);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
};

/**
 * The policy in a file, or from a pipe. Throws PolicyError: `unreadable` where there is no such file or it cannot be read, else as
 * {@link parsePolicy}.
 */
export const loadPolicy = (path: string): Policy => {
  let bytes: Uint8Array;
  try {
    bytes = readWhole(path);
  } catch (cause) {
    const what = `cannot read the policy ${escapeText(path)}: ${escapeText(messageOf(cause))}`;
    throw new PolicyError('unreadable', what, { hint: 'check the path that was given', cause });
  }
  if (bytes.length > MAX_POLICY_BYTES) throw tooLarge(path);
  return parsePolicy(bytes, path);
};
