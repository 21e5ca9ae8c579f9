import { BaseError } from '../../base/error.ts';
import { EXIT, type ExitCode } from '../../base/exit-codes.ts';

/** What can go wrong with a repository of trusted roots, and the exit status of each. */
const EXIT_CODES = {
  // The call asks for what there is not.
  'bad-request': EXIT.usage,
  // What the server sends is not signed as it has to be, is older than what was seen before, or is of another instance.
  'not-trusted': EXIT.rejected,
  'other-instance': EXIT.rejected,
  // It is signed, and its time is over: nobody can tell whether it is still the newest.
  expired: EXIT.stale,
  // It cannot be read.
  malformed: EXIT.malformed,
  // It does not hold a trusted root.
  'no-root': EXIT.unavailable,
  // This machine.
  'no-place': EXIT.environment,
} as const satisfies Record<string, ExitCode>;

export type TrustErrorCode = keyof typeof EXIT_CODES;

/** Why no newer trusted root was had. The message names the repository, escaped. */
export class TrustError extends BaseError<TrustErrorCode> {
  get exitCode(): ExitCode {
    return EXIT_CODES[this.code];
  }
}
