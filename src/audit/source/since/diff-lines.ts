import { MAX_DIFF_CELLS } from '../limits.ts';

export interface DiffLine {
  readonly sign: '+' | '-';
  /** 1-based, in the text that has it. */
  readonly line: number;
  readonly text: string;
}

/**
 * The lines that one text has and the other has not, by their longest common subsequence. Texts too large for its table are given
 * as all old lines removed and all new ones added, between what they share at both ends.
 */
export const diffLines = (before: string, after: string): DiffLine[] => {
  const old = before.split('\n');
  const now = after.split('\n');
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < old.length - head && tail < now.length - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
  const left = old.slice(head, old.length - tail);
  const right = now.slice(head, now.length - tail);
  const removed = (at: number): DiffLine => ({ sign: '-', line: head + at + 1, text: left[at] ?? '' });
  const added = (at: number): DiffLine => ({ sign: '+', line: head + at + 1, text: right[at] ?? '' });
  const width = right.length + 1;
  if ((left.length + 1) * width > MAX_DIFF_CELLS) {
    return [...left.map((_, at) => removed(at)), ...right.map((_, at) => added(at))];
  }
  // lengths[i, j]: of the longest common subsequence of left from i and right from j.
  const lengths = new Uint32Array((left.length + 1) * width);
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      const below = lengths[(i + 1) * width + j] ?? 0;
      const beside = lengths[i * width + j + 1] ?? 0;
      lengths[i * width + j] =
        left[i] === right[j] ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1 : Math.max(below, beside);
    }
  }
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) {
      i++;
      j++;
    } else if (
      i < left.length &&
      (j >= right.length || (lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0))
    ) {
      lines.push(removed(i++));
    } else {
      lines.push(added(j++));
    }
  }
  return lines;
};
