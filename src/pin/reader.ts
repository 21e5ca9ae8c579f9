import { findForbidden } from './characters.ts';
import { type Checked, type Fault, fail, pass } from './checked.ts';
import { splitLines } from './decode.ts';
import { PinError } from './errors.ts';
import { MAX_ERRORS } from './limits.ts';
import { unquote } from './quotes.ts';

/** One `KEY=VALUE` of a config. */
export interface ConfigLine {
  key: string;
  /** Without the quotes around it. */
  value: string;
  quoted: boolean;
  /** 1-based. */
  line: number;
  /** Of the key: 1-based, in code points. */
  column: number;
  /** Of the value's first character, inside its quotes. */
  valueColumn: number;
  /** The whole line, as it was written. Mask it before it is shown. */
  text: string;
}

export interface ReaderOptions {
  /** What errors call this text: its file, or the variable that held it. */
  source: string;
  /** What a key is; anchored at both ends. */
  keyPattern: RegExp;
  /** The same in words, as in "a key is …". */
  keyRule: string;
  maxBytes: number;
  /** What of a line may be shown in an error; leaves the columns of what it keeps. */
  mask: (line: string) => string;
}

/** The column of an index: 1-based, in code points, as editors count. */
export const columnAt = (text: string, index: number): number => Array.from(text.slice(0, index)).length + 1;

type Assignment = Omit<ConfigLine, 'line' | 'text'>;

const readKey = (text: string, start: number, options: ReaderOptions): Checked<string> => {
  const equals = text.indexOf('=', start);
  if (equals < 0) return fail('no-assignment', 'the line has no =', 'write KEY=VALUE; a comment begins with #', start);
  const key = text.slice(start, equals);
  if (options.keyPattern.test(key)) return pass(key);
  const bare = key.trimEnd();
  if (options.keyPattern.test(bare)) {
    return fail('white-space', 'white space before =', 'write KEY=VALUE without space around =', start + bare.length);
  }
  return fail('bad-key', `a key is ${options.keyRule}`, 'write KEY=VALUE, with nothing before the key', start);
};

/** One line; undefined for a blank one or a comment. The fault's offset is one of `text`. */
const readLine = (text: string, options: ReaderOptions): Checked<Assignment> | undefined => {
  const forbidden = findForbidden(text);
  if (forbidden !== undefined) {
    return fail(forbidden.code, `the line holds ${forbidden.name}`, forbidden.hint, forbidden.index);
  }
  const start = text.search(/[^ \t]/);
  if (start < 0 || text[start] === '#') return undefined;

  const key = readKey(text, start, options);
  if (!key.ok) return key;
  const after = start + key.value.length + 1;
  const raw = text.slice(after);
  const remove = 'remove it, or quote the whole value to keep it';
  if (raw.trimStart() !== raw) return fail('white-space', 'white space after =', remove, after);
  const end = raw.trimEnd().length;
  if (end < raw.length) return fail('white-space', 'white space at the end of the line', remove, after + end);

  const bare = unquote(raw);
  if (!bare.ok) return { ok: false, fault: { ...bare.fault, offset: after + bare.fault.offset } };
  const valueColumn = columnAt(text, after) + (bare.value.quoted ? 1 : 0);
  return pass({ key: key.value, ...bare.value, column: start + 1, valueColumn });
};

/** Where a text of more than `maxBytes` passes the limit. */
const tooLarge = (bytes: Uint8Array, maxBytes: number): { line: number; column: number; text: string } => {
  const lines = splitLines(bytes.subarray(0, maxBytes));
  // There is always one: the split of nothing is an empty line.
  const last = lines.at(-1)!;
  const text = typeof last === 'string' ? last : last.text;
  return { line: lines.length, column: columnAt(text, text.length), text };
};

/**
 * Reads `KEY=VALUE` text, one a line, by the rules of the pin: UTF-8, LF, never evaluated. Blank lines and lines whose
 * first non-blank is `#` are skipped, white space before a key is allowed, one layer of quotes around the whole value
 * is taken off. White space next to `=` or at the end of an unquoted value is an error, because nobody can see whether
 * it was meant.
 *
 * Returns the lines that are well formed, and what is wrong with the others in the order of the text, at most
 * {@link MAX_ERRORS}. Never throws.
 */
export const readConfig = (bytes: Uint8Array, options: ReaderOptions): { lines: ConfigLine[]; errors: PinError[] } => {
  const { source, mask } = options;
  const lines: ConfigLine[] = [];
  const errors: PinError[] = [];
  const report = (fault: Omit<Fault, 'offset'>, place: { line: number; column: number; text: string }): void => {
    if (errors.length >= MAX_ERRORS) return;
    const shown = { ...place, text: mask(place.text) };
    errors.push(new PinError(fault.code, fault.message, { source, place: shown, hint: fault.hint }));
  };

  if (bytes.length > options.maxBytes) {
    const message = `the text is longer than ${options.maxBytes} bytes`;
    report({ code: 'too-large', message, hint: 'keep only the settings' }, tooLarge(bytes, options.maxBytes));
    return { lines, errors };
  }

  const firstLineOf = new Map<string, number>();
  for (const [index, text] of splitLines(bytes).entries()) {
    if (typeof text !== 'string') {
      report({ code: 'not-utf8', message: 'the line is not UTF-8', hint: 'save the file as UTF-8' }, text);
      continue;
    }
    const line = index + 1;
    const read = readLine(text, options);
    if (read === undefined) continue;
    if (!read.ok) {
      report(read.fault, { line, column: columnAt(text, read.fault.offset), text });
      continue;
    }
    const { key, column } = read.value;
    const first = firstLineOf.get(key);
    if (first !== undefined) {
      const message = `${key} was already given on line ${first}`;
      report({ code: 'duplicate-key', message, hint: 'keep one of the two lines' }, { line, column, text });
      continue;
    }
    firstLineOf.set(key, line);
    lines.push({ ...read.value, line, text });
  }
  return { lines, errors };
};
