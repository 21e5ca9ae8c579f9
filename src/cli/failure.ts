import { asciiJson } from '../audit/report/ascii-json.ts';
import { BaseError, messageOf } from '../base/error.ts';
import { escapeLines, escapeText } from '../base/escape.ts';
import { EXIT, type ExitCode } from '../base/exit-codes.ts';

/** Why there is no verdict. */
export interface Failure {
  readonly code: string;
  /** May have lines: where one of a file is to blame, it is shown. */
  readonly message: string;
  readonly hint: string | undefined;
  readonly exit: ExitCode;
  readonly stack: string | undefined;
}

/** What was thrown, as a failure; what is no error of ours is a mistake in the program, and said to be one in one line. */
export const failureOf = (thrown: unknown): Failure => {
  const stack = thrown instanceof Error ? thrown.stack : undefined;
  if (thrown instanceof BaseError) {
    return { code: thrown.code, message: thrown.message, hint: thrown.hint, exit: thrown.exitCode, stack };
  }
  return {
    code: 'internal',
    message: `internal error: ${escapeText(messageOf(thrown))}`,
    hint: 'please report this; TWL_DEBUG=1 shows where it happened',
    exit: EXIT.internal,
    stack,
  };
};

/** A failure for standard error: `twl: error: ...`, then `twl: hint: ...`, then the stack where `debug` asks for it. */
export const failureText = ({ message, hint, stack }: Failure, debug: boolean): string => {
  const [first = '', ...rest] = escapeLines(message).split('\n');
  return [
    `twl: error: ${first}`,
    ...rest.map((line) => `  ${line}`),
    ...(hint === undefined ? [] : [`twl: hint: ${escapeText(hint)}`]),
    ...(debug && stack !== undefined
      ? escapeLines(stack)
          .split('\n')
          .map((line) => `  ${line}`)
      : []),
    '',
  ].join('\n');
};

/** A failure as the one JSON document on standard output. */
export const failureJson = ({ code, message, hint, exit }: Failure): string =>
  asciiJson({ error: { code, message, hint: hint ?? null }, exit });
