import { BaseError } from '../../base/error.ts';
import { EXIT, type ExitCode } from '../../base/exit-codes.ts';

/** Why a file cannot be looked at. What is wrong with a pin inside of one is a finding, not an error. */
export type LintErrorCode = 'not-recognised' | 'malformed-compose' | 'malformed-app-compose';

/** A file that is none of the three forms, or one of them that cannot be read. The message names the file, and the line if there is one. */
export class LintError extends BaseError<LintErrorCode> {
  get exitCode(): ExitCode {
    return EXIT.malformed;
  }
}
