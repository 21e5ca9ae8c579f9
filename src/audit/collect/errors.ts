import { BaseError, type ErrorDetails } from '../../base/error.ts';
import { EXIT, type ExitCode } from '../../base/exit-codes.ts';

/** What can go wrong on the way to evidence, and the exit status of each. */
const EXIT_CODES = {
  // What the user named is nothing that evidence can be taken from.
  'unsupported-target': EXIT.usage,
  // It is there and cannot be read.
  unrecognised: EXIT.malformed,
  'too-large': EXIT.malformed,
  'bad-answer': EXIT.malformed,
  contradictory: EXIT.malformed,
  // A server does not give it. The same server may answer later.
  'server-busy': EXIT.unavailable,
  'connection-failed': EXIT.unavailable,
  'timed-out': EXIT.unavailable,
  // It will not.
  'not-found': EXIT.unavailable,
  'server-refused': EXIT.unavailable,
  'certificate-refused': EXIT.unavailable,
  'redirect-refused': EXIT.unavailable,
  'address-refused': EXIT.unavailable,
  'not-cached': EXIT.unavailable,
  // This machine.
  'file-unreadable': EXIT.environment,
} as const satisfies Record<string, ExitCode>;

export type CollectErrorCode = keyof typeof EXIT_CODES;

export interface CollectErrorDetails extends ErrorDetails {
  /** How long the server asked us to wait, in milliseconds. */
  retryAfterMs?: number;
}

/** Evidence that cannot be had or read. The message names the target, escaped. */
export class CollectError extends BaseError<CollectErrorCode> {
  readonly retryAfterMs: number | undefined;

  constructor(code: CollectErrorCode, message: string, details: CollectErrorDetails = {}) {
    super(code, message, details);
    this.retryAfterMs = details.retryAfterMs;
  }

  get exitCode(): ExitCode {
    return EXIT_CODES[this.code];
  }
}

const TRANSIENT: ReadonlySet<CollectErrorCode> = new Set(['server-busy', 'connection-failed']);

/** Whether asking the same server again can help. */
export const isTransient = (error: unknown): error is CollectError =>
  error instanceof CollectError && TRANSIENT.has(error.code);
