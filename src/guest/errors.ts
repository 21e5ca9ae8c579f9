import { BaseError } from '../base/error.ts';
import { EXIT, type ExitCode } from '../base/exit-codes.ts';

const EXITS = {
  /** No socket at any of the usual places, or none where the variable points. */
  'agent-missing': EXIT.environment,
  /** A socket that nobody answers at, or that may not be opened. */
  'agent-unreachable': EXIT.unavailable,
  'agent-timed-out': EXIT.unavailable,
  /** The connection ended before the answer did. */
  'agent-cut': EXIT.unavailable,
  /** The agent answers with an error of its own. */
  'agent-refused': EXIT.unavailable,
  /** The agent has no such method. */
  'agent-unsupported': EXIT.unsupported,
  'agent-malformed': EXIT.malformed,
  'agent-too-large': EXIT.malformed,
  /** The quote is not over the report data that was asked for. */
  'agent-contradicts': EXIT.rejected,
} as const satisfies Record<string, ExitCode>;

export type GuestErrorCode = keyof typeof EXITS;

/** What the guest agent does wrong, or that there is none. The message names the method, and is escaped. */
export class GuestError extends BaseError<GuestErrorCode> {
  get exitCode(): ExitCode {
    return EXITS[this.code];
  }
}
