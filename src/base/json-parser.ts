import { escapeText } from './escape.ts';
import { JsonError, type JsonErrorCode } from './json-error.ts';

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /true|false|null/y;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** How much of a key is shown in a message. */
const SHOWN_KEY = 80;

/** A container that is still open; `key` is the member that its next value belongs to. */
type OpenObject = { readonly object: Record<string, unknown>; key: string };
type Open = OpenObject | { readonly array: unknown[] };

/**
 * What is wrong and where; thrown inside of this file only. No `Error`, which would take a stack trace for every false
 * start that `scanJson` passes over. {@link errorOf} makes the error of it: the line is counted only where it is shown.
 */
export class Failure {
  readonly code: JsonErrorCode;
  readonly message: string;
  readonly at: number;

  constructor(code: JsonErrorCode, message: string, at: number) {
    this.code = code;
    this.message = message;
    this.at = at;
  }
}

const wrong = (text: string, at: number, wanted: string): Failure => {
  const char = text.codePointAt(at);
  if (char === undefined) return new Failure('truncated', `the text ends where ${wanted} is expected`, at);
  return new Failure('syntax', `'${escapeText(String.fromCodePoint(char))}' where ${wanted} is expected`, at);
};

const match = (pattern: RegExp, text: string, at: number): string => {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
};

const afterSpace = (text: string, at: number): number => at + match(SPACE, text, at).length;

/**
 * The position after the string that opens at `at`. A raw control character ends the search: no JSON string holds
 * one.
 */
const endOfString = (text: string, at: number): number => {
  for (let next = at + 1; next < text.length; next++) {
    const code = text.charCodeAt(next);
    if (code === QUOTE) return next + 1;
    if (code < 0x20) throw wrong(text, next, 'the end of a string');
    if (code === BACKSLASH) next++;
  }
  throw wrong(text, text.length, 'the end of a string');
};

const readString = (text: string, at: number): { value: string; end: number } => {
  const end = endOfString(text, at);
  let value: string;
  try {
    value = JSON.parse(text.slice(at, end)) as string;
  } catch {
    throw new Failure('syntax', 'a string with an escape that JSON does not have', at);
  }
  // Half a surrogate pair is no character: what it turns into depends on the reader (RFC 7493, 2.1).
  if (!value.isWellFormed()) throw new Failure('syntax', 'a string with half a surrogate pair', at);
  return { value, end };
};

/** A string, number or word. */
const readScalar = (text: string, at: number): { value: unknown; end: number } => {
  if (text.charCodeAt(at) === QUOTE) return readString(text, at);
  const token = match(NUMBER, text, at) || match(WORD, text, at);
  if (token === '') throw wrong(text, at, 'a value');
  const value: unknown = JSON.parse(token);
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Failure('syntax', 'a number out of range', at);
  return { value, end: at + token.length };
};

/** Reads `"key":` into `open`, and refuses a key that the object already has: readers differ on which one counts. */
const readKey = (text: string, at: number, open: OpenObject): number => {
  if (text.charCodeAt(at) !== QUOTE) throw wrong(text, at, 'a key');
  const { value, end } = readString(text, at);
  if (Object.hasOwn(open.object, value)) {
    throw new Failure('duplicate-key', `the key '${escapeText(value.slice(0, SHOWN_KEY))}' is given twice`, at);
  }
  open.key = value;
  const colon = afterSpace(text, end);
  if (text[colon] !== ':') throw wrong(text, colon, "':'");
  return afterSpace(text, colon + 1);
};

const place = (open: Open, value: unknown): void => {
  if ('array' in open) open.array.push(value);
  else open.object[open.key] = value;
};

/** The loop behind {@link parseAt}. It keeps its own stack, so that no nesting can exhaust the engine's. */
const read = (text: string, start: number, maxDepth: number): { value: unknown; end: number } => {
  const stack: Open[] = [];
  let at = start;
  for (;;) {
    let value: unknown;
    const char = text[at];
    if (char === '{' || char === '[') {
      if (stack.length === maxDepth) throw new Failure('too-deep', `more than ${maxDepth} levels of nesting`, at);
      // Without a prototype, so that a key `__proto__` is a key like any other.
      const open: Open = char === '{' ? { object: Object.create(null), key: '' } : { array: [] };
      at = afterSpace(text, at + 1);
      if (text[at] !== (char === '{' ? '}' : ']')) {
        stack.push(open);
        if ('object' in open) at = readKey(text, at, open);
        continue;
      }
      at++;
      value = 'array' in open ? open.array : open.object;
    } else {
      ({ value, end: at } = readScalar(text, at));
    }
    // The value is whole: put it where it belongs, and close every container that ends here.
    for (;;) {
      const open = stack.at(-1);
      if (open === undefined) return { value, end: at };
      place(open, value);
      at = afterSpace(text, at);
      const isArray = 'array' in open;
      if (text[at] === ',') {
        at = afterSpace(text, at + 1);
        if (!isArray) at = readKey(text, at, open);
        break;
      }
      if (text[at] !== (isArray ? ']' : '}')) throw wrong(text, at, isArray ? "',' or ']'" : "',' or '}'");
      at++;
      stack.pop();
      value = isArray ? open.array : open.object;
    }
  }
};

/** `line:column` of an offset, both from 1. */
const placeOf = (text: string, at: number): string => {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  return `${line}:${at - before.lastIndexOf('\n')}`;
};

/**
 * Reads the one JSON value (RFC 8259) that begins at `start`. Failures: `syntax`, `truncated` (the text ends inside
 * the value), `too-deep`, `duplicate-key`. Nothing else is thrown, whatever the text holds.
 */
export const parseAt = (text: string, start: number, maxDepth: number): { value: unknown; end: number } | Failure => {
  try {
    return read(text, start, maxDepth);
  } catch (thrown) {
    if (thrown instanceof Failure) return thrown;
    throw thrown;
  }
};

export const errorOf = (text: string, { code, at, message }: Failure, name: string): JsonError =>
  new JsonError(code, `${name} is not the JSON it should be at ${placeOf(text, at)}: ${message}`);

/** The first position at or after `at` that is no white space. */
export const skipSpace = afterSpace;
