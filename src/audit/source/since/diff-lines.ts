import { diffArrays } from 'diff';
import { MAX_DIFF_EDITS } from '../limits.ts';

export interface DiffLine {
  readonly sign: '+' | '-';
  /** 1-based, in the text that has it. */
  readonly line: number;
  readonly text: string;
}

/** `before`: how many lines of the text come before these. */
const linesOf = (sign: DiffLine['sign'], before: number, texts: readonly string[]): DiffLine[] =>
  texts.map((text, at) => ({ sign, line: before + at + 1, text }));

/**
 * The lines that one text has and the other has not, as few as can be. Texts that differ in more than `MAX_DIFF_EDITS` lines are given as all
 * old lines removed and all new ones added.
 */
export const diffLines = (before: string, after: string): DiffLine[] => {
  const old = before.split('\n');
  const now = after.split('\n');
  const parts = diffArrays(old, now, { maxEditLength: MAX_DIFF_EDITS });
  if (parts === undefined) return [...linesOf('-', 0, old), ...linesOf('+', 0, now)];
  const found: DiffLine[] = [];
  let [oldAt, nowAt] = [0, 0];
  for (const { added, removed, value } of parts) {
    if (removed) found.push(...linesOf('-', oldAt, value));
    if (added) found.push(...linesOf('+', nowAt, value));
    if (!added) oldAt += value.length;
    if (!removed) nowAt += value.length;
  }
  return found;
};
