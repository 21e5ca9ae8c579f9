import { BaseError, type ErrorDetails } from '../base/error.ts';
import { EXIT, type ExitCode } from '../base/exit-codes.ts';

/** What can go wrong between here and the bytes of an image, and the exit status of each. */
const EXIT_CODES = {
  // The bytes are not those that the digest names.
  'digest-mismatch': EXIT.rejected,
  // They are not what they should be.
  'bad-reference': EXIT.malformed,
  'bad-answer': EXIT.malformed,
  'bad-manifest': EXIT.malformed,
  'bad-layer': EXIT.malformed,
  'too-large': EXIT.malformed,
  // They may be right, but this code does not know what they ask for.
  'media-type': EXIT.unsupported,
  platform: EXIT.unsupported,
  'auth-unsupported': EXIT.unsupported,
  // The registry does not give them. It may later.
  'server-busy': EXIT.unavailable,
  'connection-failed': EXIT.unavailable,
  'timed-out': EXIT.unavailable,
  // It will not.
  'not-found': EXIT.unavailable,
  'access-denied': EXIT.unavailable,
  'server-refused': EXIT.unavailable,
  'certificate-refused': EXIT.unavailable,
  // It leads where nobody who is asked by a stranger should go.
  'address-refused': EXIT.unavailable,
  'redirect-refused': EXIT.unavailable,
  'realm-refused': EXIT.unavailable,
} as const satisfies Record<string, ExitCode>;

/** Every code of a {@link RegistryError}. */
export type RegistryErrorCode = keyof typeof EXIT_CODES;

export interface RegistryErrorDetails extends ErrorDetails {
  /** How long the server asked us to wait, in milliseconds. */
  retryAfterMs?: number | undefined;
}

/** One thing wrong with a registry or with what it holds. Text from outside is escaped in the message. */
export class RegistryError extends BaseError<RegistryErrorCode> {
  readonly retryAfterMs: number | undefined;

  constructor(code: RegistryErrorCode, message: string, details: RegistryErrorDetails = {}) {
    super(code, message, details);
    this.retryAfterMs = details.retryAfterMs;
  }

  get exitCode(): ExitCode {
    return EXIT_CODES[this.code];
  }
}

const TRANSIENT: ReadonlySet<RegistryErrorCode> = new Set(['server-busy', 'connection-failed']);

/** Whether asking the same server again can help. */
export const isTransient = (error: unknown): error is RegistryError =>
  error instanceof RegistryError && TRANSIENT.has(error.code);

/**
 * What `read` returns. What it throws that is not a RegistryError (JSON that does not read) is thrown as one, with
 * `code`.
 */
export const guarded = <T>(code: RegistryErrorCode, read: () => T): T => {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof RegistryError || !(cause instanceof BaseError)) throw cause;
    throw new RegistryError(code, cause.message, { cause });
  }
};
