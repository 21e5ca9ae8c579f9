import { escaped } from './shown.ts';
import { fitting, MIN_ROOM } from './wrap.ts';

/**
 * How many rows of one text a report shows. The entry script of the MPC repository has 300 lines; a hostile one of 256 KiB of line
 * feeds would push the rest of the report off the screen.
 */
export const MAX_ROWS = 4000;

/** One line of a text that is shown as it is: what stands in the gutter before it, and the line. */
export interface GutterLine {
  /** ASCII, as a line number. */
  readonly mark: string;
  readonly text: string;
}

/** `  mark | text`; what is too long goes on in rows of `  : rest`. Not a character is lost, as at a break between words one would be. */
const rowsOf = ({ mark, text }: GutterLine, markWidth: number, width: number, most: number): string[] => {
  const room = Math.max(width - markWidth - 5, MIN_ROOM);
  const rows: string[] = [];
  let rest = escaped(text);
  do {
    const end = fitting(rest, room);
    const head = rows.length === 0 ? `  ${mark.padStart(markWidth)} |` : `  ${' '.repeat(markWidth)} :`;
    rows.push(rest === '' ? head : `${head} ${rest.slice(0, end)}`);
    rest = rest.slice(end);
  } while (rest !== '' && rows.length <= most);
  return rows;
};

/**
 * Lines of unknown origin as they are, each escaped and behind an indent and a gutter, so that nothing in them can pass for a line
 * of the report. `text` of each: without a line feed.
 */
export const gutterLines = (lines: readonly GutterLine[], width: number): string[] => {
  const markWidth = Math.max(4, ...lines.slice(0, MAX_ROWS + 1).map(({ mark }) => mark.length));
  const rows: string[] = [];
  for (const line of lines) {
    rows.push(...rowsOf(line, markWidth, width, MAX_ROWS));
    if (rows.length > MAX_ROWS) break;
  }
  if (rows.length <= MAX_ROWS) return rows;
  return [...rows.slice(0, MAX_ROWS), '  [... the rest is left out, --json has it ...]'];
};

/** A text by its lines, numbered from 1. What follows the last line feed is a line only where it is not empty. */
export const numbered = (text: string): GutterLine[] => {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line, index) => ({ mark: String(index + 1), text: line }));
};
