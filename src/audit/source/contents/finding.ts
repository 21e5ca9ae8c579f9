import type { Finding } from '../../result.ts';
import { MAX_FINDINGS_OF_A_KIND } from '../limits.ts';

/** Something about the commit's files that a reader should know. */
export interface SourceFinding extends Finding {
  /** From the top of the commit, escaped; undefined where it is no file. */
  readonly path?: string;
  /** 1-based. */
  readonly line?: number;
}

/** At most so many of each kind, with the number of those that are left out. */
export const capped = (findings: readonly SourceFinding[]): SourceFinding[] => {
  const seen = new Map<string, number>();
  const kept = findings.filter(({ id }) => {
    const count = (seen.get(id) ?? 0) + 1;
    seen.set(id, count);
    return count <= MAX_FINDINGS_OF_A_KIND;
  });
  const left = [...seen].filter(([, count]) => count > MAX_FINDINGS_OF_A_KIND);
  return [
    ...kept,
    ...left.map(([id, count]) => ({ id, text: `and ${count - MAX_FINDINGS_OF_A_KIND} more of this kind` })),
  ];
};
