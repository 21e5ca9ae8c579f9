import { BaseError } from '../../base/error.ts';
import { EXIT, type ExitCode } from '../../base/exit-codes.ts';

/** What can be wrong with an evidence bundle, and the exit status of each. */
const EXIT_CODES = {
  // What was said about it on the command line does not fit it.
  usage: EXIT.usage,
  // The file is another one than was stated, or says two things about the same bytes.
  'other-file': EXIT.rejected,
  contradictory: EXIT.rejected,
  'unsupported-version': EXIT.unsupported,
  // What a run saw has no place in this form.
  unsavable: EXIT.unsupported,
  malformed: EXIT.malformed,
  'too-large': EXIT.malformed,
  // A part that a check needs was not saved.
  'not-saved': EXIT.incomplete,
} as const satisfies Record<string, ExitCode>;

export type BundleErrorCode = keyof typeof EXIT_CODES;

/** An evidence bundle that cannot be used, or not for this. */
export class BundleError extends BaseError<BundleErrorCode> {
  get exitCode(): ExitCode {
    return EXIT_CODES[this.code];
  }
}
