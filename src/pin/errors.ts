import { BaseError } from '../base/error.ts';
import { escapeText } from '../base/escape.ts';
import { EXIT, type ExitCode } from '../base/exit-codes.ts';
import { excerpt } from './excerpt.ts';

/** What can be wrong with the text of a config file, before any key is understood. */
const SYNTAX_CODES = [
  'too-large',
  'not-utf8',
  'nul',
  'carriage-return',
  'byte-order-mark',
  'control-character',
  'bidirectional-control',
  'line-separator',
  'no-assignment',
  'bad-key',
  'white-space',
  'bad-quotes',
  'duplicate-key',
] as const;

type SyntaxCode = (typeof SYNTAX_CODES)[number];

/** What can be wrong with the meaning of its keys. */
type MeaningCode =
  | 'unknown-key'
  | 'missing-key'
  | 'empty-value'
  | 'bad-value'
  | 'bad-url'
  | 'credentials-in-url'
  | 'bad-path'
  | 'key-conflict'
  | 'unused-key'
  | 'steering-name';

/** Every code of a {@link PinError}. */
export type PinErrorCode = SyntaxCode | MeaningCode;

/** Where in a config an error is. `text` is the line as it may be shown: secrets masked, not yet escaped. */
export interface PinPlace {
  line: number;
  /** 1-based, in code points. */
  column: number;
  text: string;
}

export interface PinErrorDetails {
  /** The file, or the name of the variable that held the config. */
  source: string;
  /** Undefined where no line is to blame, as for a missing key. */
  place: PinPlace | undefined;
  hint: string;
}

const describe = (code: PinErrorCode, what: string, { source, place }: PinErrorDetails): string => {
  if (place === undefined) return what;
  const where = `${escapeText(source)}:${place.line}:${place.column}`;
  const summary = (SYNTAX_CODES as readonly PinErrorCode[]).includes(code)
    ? `config parse error at ${where}: ${what}`
    : `${what} at ${where}`;
  return `${summary}\n${excerpt(place)}`;
};

/**
 * One thing wrong with a pin or a child environment file. The message is one line that says what and where, then, where
 * a line is to blame, that line with a caret under the column; all of it is escaped, and no secret is in it. The
 * wording keeps the phrases that the predecessor's users search their logs for.
 */
export class PinError extends BaseError<PinErrorCode> {
  readonly source: string;
  /** 1-based; undefined where no line is to blame. */
  readonly line: number | undefined;
  /** 1-based, in code points; undefined where no line is to blame. */
  readonly column: number | undefined;

  /** `what` must be free of raw control characters: pass foreign text through `escapeText`. */
  constructor(code: PinErrorCode, what: string, details: PinErrorDetails) {
    super(code, describe(code, what, details), { hint: details.hint });
    this.source = details.source;
    this.line = details.place?.line;
    this.column = details.place?.column;
  }

  /** 30, but 10 where a well-formed environment file contradicts what the pin allows. */
  get exitCode(): ExitCode {
    return this.code === 'steering-name' ? EXIT.rejected : EXIT.malformed;
  }
}

/** In the order of the text; errors without a line come last. */
export const byPlace = (a: PinError, b: PinError): number =>
  (a.line ?? Number.MAX_SAFE_INTEGER) - (b.line ?? Number.MAX_SAFE_INTEGER) || (a.column ?? 0) - (b.column ?? 0);
