import { type Checked, fail, pass } from './checked.ts';

/**
 * A value without the one layer of matching quotes around it. Quotes elsewhere are the value's own. Refused as
 * ambiguous: a value that opens with a quote and does not close with it, or that holds the same quote again inside.
 */
export const unquote = (value: string): Checked<{ value: string; quoted: boolean }> => {
  const quote = value[0];
  if (quote !== '"' && quote !== "'") return pass({ value, quoted: false });
  const hint = `quote the whole value with ${quote === '"' ? "'…'" : '"…"'}; a comment needs a line of its own`;
  const next = value.indexOf(quote, 1);
  if (next === -1) return fail('bad-quotes', `the value opens with ${quote} and does not close with it`, hint);
  if (next < value.length - 1) return fail('bad-quotes', `the quoted value holds ${quote} inside`, hint, next);
  return pass({ value: value.slice(1, -1), quoted: true });
};

/** Whether the reader would take `value` for something else if it were written bare. */
const needsQuotes = (value: string): boolean => /^["'\s]|\s$/u.test(value);

/**
 * `value` as the reader reads it back. White space before a `#` is quoted too where it can be, since people take the
 * rest for a comment. Throws a RangeError for a value that no config can hold.
 */
export const quote = (value: string): string => {
  const must = needsQuotes(value);
  if (!must && !/\s#/u.test(value)) return value;
  for (const mark of ['"', "'"]) if (!value.includes(mark)) return mark + value + mark;
  if (must) throw new RangeError('the value needs quotes and holds both kinds');
  return value;
};
