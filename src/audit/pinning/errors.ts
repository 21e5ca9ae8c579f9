import { BaseError } from '../../base/error.ts';
import { EXIT, type ExitCode } from '../../base/exit-codes.ts';

const EXIT_CODES = {
  'bad-ref': EXIT.usage,
  'bad-value': EXIT.usage,
  'ref-ambiguous': EXIT.usage,
  'not-clean': EXIT.usage,
  'ref-missing': EXIT.unavailable,
  'ref-malformed': EXIT.rejected,
  'tool-missing': EXIT.environment,
  'file-exists': EXIT.environment,
  'folder-unusable': EXIT.environment,
} as const satisfies Record<string, ExitCode>;

export type PinningErrorCode = keyof typeof EXIT_CODES;

/** Why no pin was written. What the network and the commit can do wrong is a SourceError. */
export class PinningError extends BaseError<PinningErrorCode> {
  get exitCode(): ExitCode {
    return EXIT_CODES[this.code];
  }
}
