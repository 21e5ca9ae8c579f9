import { BaseError } from '../../../base/error.ts';
import { EXIT, type ExitCode } from '../../../base/exit-codes.ts';

/** Why there is no build to compare with, and the exit status of each. */
const EXIT_CODES = {
  // What the user named, told before anything is fetched.
  'bad-folder': EXIT.usage,
  'bad-limit': EXIT.usage,
  // Nothing was begun.
  'not-proven': EXIT.incomplete,
  'unknown-stage': EXIT.incomplete,
  // It could not be made: that says nothing against the image.
  'not-started': EXIT.incomplete,
  'build-failed': EXIT.incomplete,
  'timed-out': EXIT.incomplete,
  'too-much-output': EXIT.incomplete,
  interrupted: EXIT.incomplete,
  // It ended, and what it says of itself is no result.
  'bad-result': EXIT.incomplete,
  contradictory: EXIT.incomplete,
} as const satisfies Record<string, ExitCode>;

export type RebuildErrorCode = keyof typeof EXIT_CODES;

/** A build that was asked for and is not there. The message is escaped; behind its first line stand the last lines of the build. */
export class RebuildError extends BaseError<RebuildErrorCode> {
  get exitCode(): ExitCode {
    return EXIT_CODES[this.code];
  }
}
