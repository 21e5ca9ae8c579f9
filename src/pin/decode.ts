const LF = 0x0a;

/**
 * Where the bytes stop being UTF-8: 1-based line, and column in code points. `text` is the line with U+FFFD for what is
 * odd.
 */
export interface EncodingFault {
  line: number;
  column: number;
  text: string;
}

const strict = () => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of the longest well-formed beginning of `bytes`. */
const wellFormedStart = (bytes: Uint8Array): string => {
  let good = 0;
  let bad = bytes.length + 1;
  let text = '';
  // With `stream` a sequence that is only cut off does not throw, so that the test is monotone in the length.
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    try {
      text = strict().decode(bytes.subarray(0, middle), { stream: true });
      good = middle;
    } catch {
      bad = middle;
    }
  }
  return text;
};

/** The lines of a text that is not UTF-8, each a fault or fine. A line feed is never part of a longer sequence. */
const decodeLines = (bytes: Uint8Array): (string | EncodingFault)[] => {
  const lines: (string | EncodingFault)[] = [];
  let start = 0;
  while (start <= bytes.length) {
    const found = bytes.indexOf(LF, start);
    const end = found === -1 ? bytes.length : found;
    const line = bytes.subarray(start, end);
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(line);
    const good = wellFormedStart(line);
    const column = new TextEncoder().encode(good).length === line.length ? 0 : Array.from(good).length + 1;
    lines.push(column === 0 ? text : { line: lines.length + 1, column, text });
    start = end + 1;
  }
  return lines;
};

/** The lines of `bytes`, split at LF and nothing else; a line that is not UTF-8 is a fault. Never throws. */
export const splitLines = (bytes: Uint8Array): (string | EncodingFault)[] => {
  try {
    return strict().decode(bytes).split('\n');
  } catch {
    return decodeLines(bytes);
  }
};
