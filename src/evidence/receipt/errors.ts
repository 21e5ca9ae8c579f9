import { BaseError } from '../../base/error.ts';
import { EXIT, type ExitCode } from '../../base/exit-codes.ts';

const EXITS = {
  'too-large': EXIT.malformed,
  /** A receipt or statement that no launcher writes, or that is written in another way than RFC 8785's. */
  'bad-receipt': EXIT.malformed,
  /** A receipt of a version to come. */
  'unknown-version': EXIT.unsupported,
  /** The log has no `system-ready`, so that user events cannot be told from dstack's own. */
  'not-ready': EXIT.unsupported,
  /** Somebody who had the socket wrote an event before the launcher did. */
  'event-before': EXIT.rejected,
  /** A launcher's event with another payload. */
  'other-launcher': EXIT.rejected,
} as const satisfies Record<string, ExitCode>;

export type ReceiptErrorCode = keyof typeof EXITS;

/** One thing wrong with a receipt, or with the log that it should stand in. The message is escaped. */
export class ReceiptError extends BaseError<ReceiptErrorCode> {
  get exitCode(): ExitCode {
    return EXITS[this.code];
  }
}
