import { describe, expect, test } from 'vitest';
import { CliError, type CliErrorCode, USAGE_HINT, usageError } from '../../src/cli/errors.ts';
import { failureJson, failureOf, failureText } from '../../src/cli/failure.ts';

test.each([
  ['usage', 2],
  ['file-missing', 50],
  ['file-unreadable', 50],
  ['file-too-large', 30],
  ['bad-certificate', 30],
  ['output-failed', 50],
] as const satisfies readonly (readonly [CliErrorCode, number])[])('%s ends with %i', (code, exit) => {
  expect(new CliError(code, 'x').exitCode).toBe(exit);
});

test('a mistake in the command line has a hint in any case', () => {
  expect(usageError('x')).toMatchObject({ code: 'usage', message: 'x', hint: USAGE_HINT, name: 'CliError' });
  expect(usageError('x', 'y').hint).toBe('y');
  expect(USAGE_HINT).toBe('twl --help lists the commands, twl COMMAND --help their options');
});

describe('an error of ours', () => {
  const failure = failureOf(new CliError('file-missing', 'one\ntwo\n\u001b[1m', { hint: 'do\nthis' }));

  test('as text, its further lines indented and nothing in it raw', () => {
    expect(failureText(failure, false)).toBe('twl: error: one\n  two\n  \\x1b[1m\ntwl: hint: do\\nthis\n');
  });

  test('as JSON', () => {
    expect(failureJson(failure)).toBe(`{
  "error": {
    "code": "file-missing",
    "message": "one\\ntwo\\n\\u001b[1m",
    "hint": "do\\nthis"
  },
  "exit": 50
}
`);
  });

  test('without a hint', () => {
    const bare = failureOf(new CliError('output-failed', 'x'));
    expect(failureText(bare, false)).toBe('twl: error: x\n');
    expect(JSON.parse(failureJson(bare))).toEqual({
      error: { code: 'output-failed', message: 'x', hint: null },
      exit: 50,
    });
  });
});

describe('a mistake in the program', () => {
  test('is said to be one, in one line', () => {
    const failure = failureOf(new TypeError('a\nb'));
    expect(failure).toMatchObject({ code: 'internal', exit: 1 });
    expect(failureText(failure, false)).toBe(
      'twl: error: internal error: a\\nb\ntwl: hint: please report this; TWL_DEBUG=1 shows where it happened\n',
    );
    expect(JSON.parse(failureJson(failure))).toMatchObject({ error: { code: 'internal' }, exit: 1 });
  });

  test('shows its stack where that is asked for', () => {
    const text = failureText(failureOf(new TypeError('a\u001bb')), true);
    expect(text).toMatch(/^twl: error: .*\ntwl: hint: .*\n {2}TypeError: a\\x1bb\n {6}at .*failure\.test\.ts/);
    expect(text.endsWith('\n')).toBe(true);
  });

  test('may be anything that can be thrown', () => {
    expect(failureOf('x')).toMatchObject({ message: 'internal error: x', exit: 1, stack: undefined });
    expect(failureText(failureOf(undefined), true)).toBe(
      'twl: error: internal error: undefined\ntwl: hint: please report this; TWL_DEBUG=1 shows where it happened\n',
    );
  });
});
