import { BaseError } from '../base/error.ts';
import { EXIT, type ExitCode } from '../base/exit-codes.ts';

/** What can be wrong before any evidence is looked at, and the exit status of each. */
const EXIT_CODES = {
  usage: EXIT.usage,
  'file-missing': EXIT.environment,
  'file-unreadable': EXIT.environment,
  'file-too-large': EXIT.malformed,
  'bad-certificate': EXIT.malformed,
  'output-failed': EXIT.environment,
} as const satisfies Record<string, ExitCode>;

export type CliErrorCode = keyof typeof EXIT_CODES;

/** One thing wrong with how the program was called, or with a file that the command line names. */
export class CliError extends BaseError<CliErrorCode> {
  get exitCode(): ExitCode {
    return EXIT_CODES[this.code];
  }
}

export const USAGE_HINT = 'twl --help lists the commands, twl COMMAND --help their options';

/** A mistake in the command line. `message` must be free of raw control characters. */
export const usageError = (message: string, hint: string = USAGE_HINT): CliError =>
  new CliError('usage', message, { hint });
