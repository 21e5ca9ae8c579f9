/** The edit distance of two short words (Levenshtein). */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
};

/** No key is longer; what is longer is no near miss, and comparing it would cost time. */
const LONGEST_WORD = 40;

/**
 * The one of `known` that `word` may have been meant as: a few letters off, whatever the case. Undefined if none is
 * near.
 */
export const nearestOf = (word: string, known: readonly string[]): string | undefined => {
  if (word.length > LONGEST_WORD) return undefined;
  const wanted = word.toUpperCase().replaceAll('-', '_');
  const near = known
    .map((candidate) => ({ candidate, away: distance(wanted, candidate) }))
    .filter(({ candidate, away }) => away <= Math.max(2, Math.floor(candidate.length / 4)))
    .sort((a, b) => a.away - b.away);
  return near[0]?.candidate;
};
