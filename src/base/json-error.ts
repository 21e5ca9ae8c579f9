import { BaseError } from './error.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

/**
 * What can be wrong with a JSON text or with what it holds. `missing` and `wrong-type` are the accessors' of
 * json-fields.ts; `no-json` is `scanJson`'s: noise without a value in it.
 */
export type JsonErrorCode =
  | 'too-large'
  | 'too-deep'
  | 'not-utf8'
  | 'syntax'
  | 'truncated'
  | 'duplicate-key'
  | 'no-json'
  | 'missing'
  | 'wrong-type';

/** One thing wrong with untrusted JSON. The message says what and where, and is escaped. */
export class JsonError extends BaseError<JsonErrorCode> {
  get exitCode(): ExitCode {
    return EXIT.malformed;
  }
}
