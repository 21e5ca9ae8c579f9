import { MAX_LINE_BYTES, TAIL_LINES } from './limits.ts';

/** Takes bytes as they come and gives lines, unescaped. */
export interface LineReader {
  readonly push: (chunk: Uint8Array) => void;
  /** What came without a line feed at the end is a line, too. */
  readonly end: () => void;
  /** The last {@link TAIL_LINES} that were not blank. */
  readonly tail: () => readonly string[];
}

const LINE_FEED = 0x0a;

/** Calls `onLine` with each line without its end; one of more than {@link MAX_LINE_BYTES} comes in pieces. */
export const readLines = (onLine: (line: string) => void): LineReader => {
  let kept: Buffer = Buffer.alloc(0);
  let last: string[] = [];
  const take = (bytes: Uint8Array): void => {
    const line = Buffer.from(bytes).toString('utf8').trimEnd();
    if (line === '') return;
    last = [...last, line].slice(-TAIL_LINES);
    onLine(line);
  };
  return {
    push: (chunk) => {
      kept = Buffer.concat([kept, chunk]);
      let from = 0;
      for (;;) {
        const at = kept.indexOf(LINE_FEED, from);
        const isLong = (at < 0 ? kept.length : at) - from > MAX_LINE_BYTES;
        if (at < 0 && !isLong) break;
        const to = isLong ? from + MAX_LINE_BYTES : at;
        take(kept.subarray(from, to));
        from = isLong ? to : to + 1;
      }
      kept = kept.subarray(from);
    },
    end: () => {
      take(kept);
      kept = Buffer.alloc(0);
    },
    tail: () => last,
  };
};
