import { BaseError, systemCodeOf, messageOf } from '../base/error.ts';
import { escapeText } from '../base/escape.ts';
import { EXIT, type ExitCode } from '../base/exit-codes.ts';

/** What this machine's files can refuse. */
export type StateErrorCode =
  | 'file-missing'
  | 'not-a-file'
  | 'too-large'
  | 'not-permitted'
  | 'disk-full'
  | 'read-only'
  | 'disk-failed';

/** A file that cannot be read or written. The message names the path, escaped. */
export class StateError extends BaseError<StateErrorCode> {
  get exitCode(): ExitCode {
    return EXIT.environment;
  }
}

const BY_SYSTEM_CODE: Record<string, { code: StateErrorCode; hint: string }> = {
  ENOENT: { code: 'file-missing', hint: 'check the path' },
  ENOTDIR: { code: 'file-missing', hint: 'check the path: a part of it is no folder' },
  EEXIST: { code: 'file-missing', hint: 'check the path: a part of it is no folder' },
  EISDIR: { code: 'not-a-file', hint: 'name a file and not a folder' },
  ELOOP: { code: 'not-a-file', hint: 'name the file itself and not a symbolic link' },
  ENXIO: { code: 'not-a-file', hint: 'name a file and not a socket' },
  EACCES: { code: 'not-permitted', hint: 'look at the rights of the file and of the folders above it' },
  EPERM: { code: 'not-permitted', hint: 'look at the rights of the file and of the folders above it' },
  ENOSPC: { code: 'disk-full', hint: 'make room on that disk (df -h, df -i)' },
  EDQUOT: { code: 'disk-full', hint: 'make room on that disk (df -h, df -i)' },
  EROFS: { code: 'read-only', hint: 'name a folder that can be written to' },
};

/** What a call of the system failed with, as an error that says what to do. `doing`: "reading", "writing". */
export const stateError = (thrown: unknown, doing: string, path: string): StateError => {
  if (thrown instanceof StateError) return thrown;
  const row = BY_SYSTEM_CODE[systemCodeOf(thrown)] ?? { code: 'disk-failed', hint: 'look at that disk' };
  const what = `${doing} ${escapeText(path)} failed: ${escapeText(messageOf(thrown))}`;
  return new StateError(row.code, what, { hint: row.hint, cause: thrown });
};
