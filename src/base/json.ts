import { escapeText } from './escape.ts';
import { JsonError } from './json-error.ts';
import { Failure, errorOf, parseAt, skipSpace } from './json-parser.ts';

export { JsonError, type JsonErrorCode } from './json-error.ts';
export * from './json-fields.ts';

/** 16 MiB: the largest honest answer is an app-compose with an inline compose file, far below 1 MiB. */
export const MAX_JSON_BYTES = 16 * 1024 * 1024;
/** Collateral and agent answers nest fewer than 10 deep. */
export const MAX_JSON_DEPTH = 64;

/** Brackets that a search may find to open no value. Commands print a handful; without a bound, 10 MiB of `{` take minutes. */
export const MAX_SCAN_STARTS = 10_000;

export interface JsonOptions {
  readonly maxBytes?: number;
  /** Levels of objects and arrays; a scalar alone has none. */
  readonly maxDepth?: number;
  /** What the text is, for messages ("app-compose"). Escaped when shown. */
  readonly name?: string;
}

interface Limits {
  readonly maxBytes: number;
  readonly maxDepth: number;
  readonly name: string;
}

const limitsOf = ({
  maxBytes = MAX_JSON_BYTES,
  maxDepth = MAX_JSON_DEPTH,
  name = 'the text',
}: JsonOptions): Limits => ({
  maxBytes,
  maxDepth,
  name: escapeText(name),
});

/** The text itself, its size bounded first. A byte order mark stays, and is then a syntax error. */
const decode = (text: string | Uint8Array, { maxBytes, name }: Limits): string => {
  const tooLarge = typeof text === 'string' ? Buffer.byteLength(text) > maxBytes : text.length > maxBytes;
  if (tooLarge) throw new JsonError('too-large', `${name} is larger than ${maxBytes} bytes`);
  if (typeof text === 'string') return text;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(text);
  } catch (cause) {
    throw new JsonError('not-utf8', `${name} is not UTF-8`, { cause });
  }
};

/**
 * The one JSON value (RFC 8259) that is the whole of `text`. Stricter than `JSON.parse`: a key given twice (compared
 * after unescaping), half a surrogate pair and a number beyond the range of a double are errors. Objects have no
 * prototype. Throws {@link JsonError}: `too-large`, `not-utf8`, `syntax`, `truncated`, `too-deep`, `duplicate-key`.
 */
export const parseJson = (text: string | Uint8Array, options: JsonOptions = {}): unknown => {
  const limits = limitsOf(options);
  const whole = decode(text, limits);
  const outcome = parseAt(whole, skipSpace(whole, 0), limits.maxDepth);
  if (outcome instanceof Failure) throw errorOf(whole, outcome, limits.name);
  if (skipSpace(whole, outcome.end) !== whole.length) {
    throw new JsonError('syntax', `${limits.name} holds more than one JSON value`);
  }
  return outcome.value;
};

/**
 * The first JSON object or array in the output of a command that prints other lines around it. Text that opens like a
 * value and turns out to be none is passed over up to where it went wrong, so the work is linear, and no part of a
 * damaged value is taken for the value. Throws {@link JsonError}: as {@link parseJson}, and `no-json`; `truncated`
 * where the text ends inside a value.
 */
export const scanJson = (text: string | Uint8Array, options: JsonOptions = {}): unknown => {
  const limits = limitsOf(options);
  const whole = decode(text, limits);
  const opening = /[{[]/g;
  let starts = 0;
  for (let found = opening.exec(whole); found !== null; found = opening.exec(whole)) {
    if (++starts > MAX_SCAN_STARTS) break;
    const outcome = parseAt(whole, found.index, limits.maxDepth);
    if (!(outcome instanceof Failure)) return outcome.value;
    if (outcome.code !== 'syntax') throw errorOf(whole, outcome, limits.name);
    opening.lastIndex = Math.max(outcome.at, found.index + 1);
  }
  throw new JsonError('no-json', `${limits.name} holds no JSON object or array`);
};
