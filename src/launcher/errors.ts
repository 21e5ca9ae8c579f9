import { BaseError } from '../base/error.ts';
import { EXIT, type ExitCode } from '../base/exit-codes.ts';

const EXIT_CODES = {
  usage: EXIT.usage,
  'two-pins': EXIT.usage,
  'limit-variable': EXIT.usage,
  'log-format': EXIT.usage,
  'config-missing': EXIT.environment,
  'config-unreadable': EXIT.environment,
  'child-env-unreadable': EXIT.environment,
  'environment-encoding': EXIT.malformed,
  'environment-too-large': EXIT.environment,
  'bash-missing': EXIT.environment,
  'install-failed': EXIT.environment,
  'folder-unusable': EXIT.environment,
  // A receipt's failures: the cause is the error of the guest agent, of the event log, or of the file.
  'receipt-contradicted': EXIT.rejected,
  'receipt-unsupported': EXIT.unsupported,
  'receipt-malformed': EXIT.malformed,
  'receipt-unavailable': EXIT.unavailable,
  'receipt-no-agent': EXIT.environment,
  'receipt-not-written': EXIT.environment,
} as const satisfies Record<string, ExitCode>;

export type LaunchErrorCode = keyof typeof EXIT_CODES;

/** Any failure of a launch that is neither the pin's nor the source's. */
export class LaunchError extends BaseError<LaunchErrorCode> {
  get exitCode(): ExitCode {
    return EXIT_CODES[this.code];
  }
}
