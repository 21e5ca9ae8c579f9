import { BaseError } from '../../base/error.ts';
import { EXIT, type ExitCode } from '../../base/exit-codes.ts';

/** What can be wrong with a file of allowed lists. */
export type AllowedErrorCode =
  | 'unreadable'
  | 'unknown-key'
  | 'states-nothing'
  | 'bad-value'
  | 'bad-order'
  | 'duplicate'
  | 'too-many';

/** A file of allowed lists that cannot be taken as one. The message names the file, escaped. */
export class AllowedError extends BaseError<AllowedErrorCode> {
  get exitCode(): ExitCode {
    return EXIT.malformed;
  }
}
