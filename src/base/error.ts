import type { ExitCode } from './exit-codes.ts';

export interface ErrorDetails {
  /** What to do next, one sentence. Shown on a `hint:` line. */
  hint?: string;
  cause?: unknown;
}

/**
 * The parent of every error that a user can cause. Each room derives one class with a closed union of codes and a table
 * from code to exit status; callers switch on `code`, never on text. The message says what is wrong and where.
 */
export abstract class BaseError<Code extends string> extends Error {
  readonly code: Code;
  readonly hint: string | undefined;

  constructor(code: Code, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = details.hint;
  }

  /** The process status that this error ends with. */
  abstract get exitCode(): ExitCode;
}

/** The message of anything thrown. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

/** The `code` of a Node system error (`ENOENT`, `ECONNRESET`, …), else the empty string. */
export const systemCodeOf = (thrown: unknown): string =>
  thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
