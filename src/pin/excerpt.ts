import { escapeText } from '../base/escape.ts';

/** How much of a line is shown around the column, in code points before escaping. */
const SHOWN_BEFORE = 60;
const SHOWN_AFTER = 40;

/**
 * The line with a caret under the column, as two lines of text. What is far from the column is cut; control and
 * invisible characters are escaped, so that the caret stands under what the reader sees.
 */
export const excerpt = ({ line, column, text }: { line: number; column: number; text: string }): string => {
  const points = Array.from(text);
  const at = Math.min(column - 1, points.length);
  const from = Math.max(0, at - SHOWN_BEFORE);
  const to = Math.min(points.length, at + SHOWN_AFTER);
  const before = (from > 0 ? '…' : '') + escapeText(points.slice(from, at).join(''));
  const after = escapeText(points.slice(at, to).join('')) + (to < points.length ? '…' : '');
  const gutter = `${line} | `;
  return `${gutter}${before}${after}\n${' '.repeat(gutter.length - 2)}| ${' '.repeat(before.length)}^`;
};
