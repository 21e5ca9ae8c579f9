import { BaseError, messageOf } from '../base/error.ts';
import { escapeText } from '../base/escape.ts';
import { EXIT, type ExitCode } from '../base/exit-codes.ts';

/** What can be wrong with bundles, roots and what they say, and the exit status of each. */
const EXIT_CODES = {
  // The bytes are not what they should be.
  'too-large': EXIT.malformed,
  'too-many': EXIT.malformed,
  'bad-json': EXIT.malformed,
  'bad-bundle': EXIT.malformed,
  'bad-annotations': EXIT.malformed,
  'bad-certificate': EXIT.malformed,
  'bad-statement': EXIT.malformed,
  'bad-root': EXIT.malformed,
  'bad-expectation': EXIT.malformed,
  'bad-key': EXIT.malformed,
  // They are, but this code does not know what they ask for.
  'media-type': EXIT.unsupported,
  'key-bundle': EXIT.unsupported,
  'unsupported-key': EXIT.unsupported,
  'unknown-instance': EXIT.unsupported,
  // They contradict each other, the trusted root or a hash that this code holds.
  'not-verified': EXIT.rejected,
  'wrong-root': EXIT.rejected,
  // The answer names a place instead of holding the bytes.
  'bundle-elsewhere': EXIT.unavailable,
} as const satisfies Record<string, ExitCode>;

/** Every code of a {@link ProvenanceError}. */
export type ProvenanceErrorCode = keyof typeof EXIT_CODES;

/** One thing wrong with build provenance. The message says what and where; text from outside is escaped in it. */
export class ProvenanceError extends BaseError<ProvenanceErrorCode> {
  get exitCode(): ExitCode {
    return EXIT_CODES[this.code];
  }
}

/** What `read` returns. Whatever it throws that is not ours is thrown as ours, with `code` and the cause. */
export const guarded = <T>(code: ProvenanceErrorCode, what: string, read: () => T): T => {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof ProvenanceError) throw cause;
    // Messages of our own rooms say what they are about; those of libraries and of the engine do not.
    const message = cause instanceof BaseError ? cause.message : `${what}: ${escapeText(messageOf(cause))}`;
    throw new ProvenanceError(code, message, { cause });
  }
};
