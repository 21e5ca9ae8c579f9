import { BaseError } from '../base/error.ts';
import { EXIT, type ExitCode } from '../base/exit-codes.ts';

const EXITS = {
  /** More, or larger, than any honest evidence. */
  'too-large': EXIT.malformed,
  'bad-hex': EXIT.malformed,
  'bad-length': EXIT.malformed,
  'bad-event-log': EXIT.malformed,
  /** A digest in the log is not the one of the event's name and payload. */
  'digest-mismatch': EXIT.rejected,
  /** A V2 preimage is not the canonical text of the event, or is where none belongs. */
  'bad-preimage': EXIT.rejected,
  /** RTMR3 holds an event of a type that only firmware uses. */
  'event-type': EXIT.rejected,
  'duplicate-event': EXIT.rejected,
  'unknown-event': EXIT.rejected,
  'event-order': EXIT.rejected,
  'bad-payload': EXIT.rejected,
  /** A V1 event whose name holds the separator of its preimage: name and payload cannot be told apart. */
  'ambiguous-name': EXIT.unsupported,
  /** No `system-ready`: dstack up to 0.3, or a quote taken during boot. */
  'not-ready': EXIT.unsupported,
  'not-replayable': EXIT.incomplete,
  'bad-compose': EXIT.malformed,
  'bad-attestation': EXIT.malformed,
  'unsupported-attestation': EXIT.unsupported,
  /** Two parts of one attestation contradict each other. */
  contradiction: EXIT.rejected,
  'bad-certificate': EXIT.malformed,
  'bad-chain': EXIT.rejected,
  'unsupported-chain': EXIT.unsupported,
  'bad-vm-config': EXIT.malformed,
  'bad-measurement': EXIT.malformed,
  'os-image-mismatch': EXIT.rejected,
  'unsupported-image': EXIT.unsupported,
} as const satisfies Record<string, ExitCode>;

/** Every code of an {@link EvidenceError}. */
export type EvidenceErrorCode = keyof typeof EXITS;

/**
 * One thing wrong with what an attestation says. The message says what and where; pass foreign text through
 * `escapeText`.
 */
export class EvidenceError extends BaseError<EvidenceErrorCode> {
  get exitCode(): ExitCode {
    return EXITS[this.code];
  }
}
