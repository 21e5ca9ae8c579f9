import { BaseError, type ErrorDetails } from '../../base/error.ts';
import { escapeText } from '../../base/escape.ts';
import { EXIT, type ExitCode } from '../../base/exit-codes.ts';
import { excerpt } from '../../pin/excerpt.ts';

/** What can be wrong with a policy, and the exit status of each. */
const EXIT_CODES = {
  // The file.
  unreadable: EXIT.environment,
  'too-large': EXIT.malformed,
  'not-utf8': EXIT.malformed,
  'forbidden-character': EXIT.malformed,
  syntax: EXIT.malformed,
  'states-nothing': EXIT.malformed,
  // Its keys and values.
  'unknown-key': EXIT.malformed,
  'missing-key': EXIT.malformed,
  'wrong-type': EXIT.malformed,
  'empty-list': EXIT.malformed,
  'empty-value': EXIT.malformed,
  'bad-value': EXIT.malformed,
  'duplicate-value': EXIT.malformed,
  // Layers that each are well formed and were given together.
  loosens: EXIT.usage,
  'no-overlap': EXIT.usage,
} as const satisfies Record<string, ExitCode>;

export type PolicyErrorCode = keyof typeof EXIT_CODES;

/** Where in a policy file something is. */
export interface PolicyPlace {
  /** 1-based. */
  readonly line: number;
  /** 1-based, in code points. */
  readonly column: number;
  /** The line, not escaped. */
  readonly text: string;
}

export interface PolicyErrorDetails extends ErrorDetails {
  /** The file as the user named it, and where in it. */
  at?: { readonly name: string; readonly place: PolicyPlace };
}

const describe = (what: string, at: PolicyErrorDetails['at']): string =>
  at === undefined
    ? what
    : `${what} at ${escapeText(at.name)}:${at.place.line}:${at.place.column}\n${excerpt(at.place)}`;

/**
 * One thing wrong with a policy file or between two layers. Where a line is to blame, the message ends with that line and a caret
 * under the column; all of it is escaped.
 */
export class PolicyError extends BaseError<PolicyErrorCode> {
  /** 1-based; undefined where no line is to blame. */
  readonly line: number | undefined;
  /** 1-based, in code points; undefined where no line is to blame. */
  readonly column: number | undefined;

  /** `what` must be free of raw control characters: pass foreign text through `escapeText`. */
  constructor(code: PolicyErrorCode, what: string, details: PolicyErrorDetails = {}) {
    super(code, describe(what, details.at), details);
    this.line = details.at?.place.line;
    this.column = details.at?.place.column;
  }

  /** 30 for a file's content; 50 where a file cannot be read; 2 where layers do not go together. */
  get exitCode(): ExitCode {
    return EXIT_CODES[this.code];
  }
}
