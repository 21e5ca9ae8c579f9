import { BaseError, type ErrorDetails } from '../base/error.ts';
import { EXIT, type ExitCode } from '../base/exit-codes.ts';

/** Every way in which a compose text can be unreadable. */
export type ComposeErrorCode =
  | 'too-large'
  | 'not-utf8'
  | 'control-character'
  | 'directive'
  | 'syntax'
  | 'several-documents'
  | 'too-deep'
  | 'too-many-nodes'
  | 'bad-key'
  | 'duplicate-key'
  | 'bad-tag'
  | 'bad-merge'
  | 'bad-interpolation'
  | 'wrong-shape';

export interface ComposeErrorDetails extends ErrorDetails {
  /** 1-based line of the compose text; undefined where no line is to blame. */
  line: number | undefined;
}

/**
 * A compose text that cannot be read as the engine would, or only in a way that two readers could understand differently.
 * The message says what and on which line; what it quotes of the text is escaped.
 */
export class ComposeError extends BaseError<ComposeErrorCode> {
  readonly line: number | undefined;

  /** `what` must be free of raw control characters: pass foreign text through `escapeText`. */
  constructor(code: ComposeErrorCode, what: string, { line, ...details }: ComposeErrorDetails) {
    super(code, line === undefined ? `compose file: ${what}` : `compose file, line ${line}: ${what}`, details);
    this.line = line;
  }

  get exitCode(): ExitCode {
    return EXIT.malformed;
  }
}
