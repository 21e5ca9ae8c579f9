/** What a report is made for, in columns; a value of 64 hex digits fits behind its label. */
export const DEFAULT_WIDTH = 80;
/** Below this an indented column has no room left. */
export const MIN_WIDTH = 40;
/** A column behind a long label gets at least so much, whatever the width. */
export const MIN_ROOM = 10;

/** A hash or a key stays in one piece, for the eye and for search, even where it is longer than the line: 91 bytes of DER are. */
const HASH = /^(?:[a-z0-9]{1,12}:)?[0-9a-f]{32,200}(?= |$)/;

/** Columns that a code point takes at most: outside of ASCII many take two, and which do depends on the terminal. */
const columnsOf = (char: string): number => (char <= '\u007e' ? 1 : 2);

/** How many code units of `text` surely fit into `room` columns: at least one code point. */
export const fitting = (text: string, room: number): number => {
  let columns = 0;
  let units = 0;
  for (const char of text) {
    columns += columnsOf(char);
    if (columns > room && units > 0) break;
    units += char.length;
  }
  return units;
};

/** Where the next line of `text` ends, and where the one behind it begins. */
const breakAt = (text: string, room: number): { end: number; next: number } => {
  const fits = fitting(text, room);
  if (fits === text.length) return { end: fits, next: fits };
  const whole = HASH.exec(text)?.[0].length ?? 0;
  if (whole > fits) return { end: whole, next: whole + 1 };
  // A space just behind what fits is as good as one within.
  const space = text.lastIndexOf(' ', fits);
  return space > 0 ? { end: space, next: space + 1 } : { end: fits, next: fits };
};

/**
 * `first` and then `text`, broken so that every further line is indented by as much as `first` is wide. A terminal would
 * break an overlong line too, but at its left edge, where a line of evidence could pass for one of the report. `first` must be
 * ASCII, `text` free of control characters.
 */
export const wrap = (first: string, text: string, width: number): string[] => {
  const lines: string[] = [];
  const room = Math.max(width - first.length, MIN_ROOM);
  let rest = text;
  do {
    const { end, next } = breakAt(rest, room);
    lines.push((lines.length === 0 ? first : ' '.repeat(first.length)) + rest.slice(0, end));
    rest = rest.slice(next);
  } while (rest !== '');
  return lines;
};
