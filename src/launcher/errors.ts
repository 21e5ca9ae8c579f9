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
  'receipt-unsupported': EXIT.unsupported,
} as const satisfies Record<string, ExitCode>;

export type LaunchErrorCode = keyof typeof EXIT_CODES;

/** Any failure of a launch that is neither the pin's nor the source's. */
export class LaunchError extends BaseError<LaunchErrorCode> {
  get exitCode(): ExitCode {
    return EXIT_CODES[this.code];
  }
}
