import { messageOf } from '../../base/error.ts';
import { StateError } from '../../state/errors.ts';
import { readBounded } from '../../state/read-bounded.ts';
import { CollectError } from './errors.ts';

/** The bytes of a file that the user named. Throws CollectError `file-unreadable`, `too-large`. */
export const readNamedFile = (path: string, maxBytes: number): Uint8Array => {
  try {
    return readBounded(path, maxBytes);
  } catch (cause) {
    const code = cause instanceof StateError && cause.code === 'too-large' ? 'too-large' : 'file-unreadable';
    const hint = cause instanceof StateError ? (cause.hint ?? 'check the path') : 'check the path';
    throw new CollectError(code, messageOf(cause), { hint, cause });
  }
};
