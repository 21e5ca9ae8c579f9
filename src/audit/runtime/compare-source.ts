import { createHash } from 'node:crypto';
import type { Claim } from '../../evidence/receipt/statement.ts';
import type { CommitFacts } from '../source/facts.ts';
import type { Difference } from './same-deployment.ts';

/** What step 3 computed and what a claim says, side by side. */
export interface SourceComparison {
  readonly difference: Difference | undefined;
  /** Members of the claim that were held against the source; and those that could not be, since it was not had, or not whole. */
  readonly compared: readonly string[];
  readonly open: readonly string[];
}

interface Row {
  readonly what: string;
  /** Undefined where the source does not tell. */
  readonly expected: string | undefined;
  readonly found: string;
}

const listed = (submodules: Claim['submodules']): string =>
  [...submodules.map(({ path, commit }) => `${path} at ${commit}`)].sort().join('; ') || '(none)';

const entryDigest = ({ entry: { start } }: CommitFacts): string | undefined =>
  start.mode === 'script' && start.bytes !== undefined
    ? createHash('sha256').update(start.bytes).digest('hex')
    : undefined;

const rowsOf = (claim: Claim, commit: CommitFacts | undefined): readonly Row[] => {
  const { tree_sha256: treeSha256, entry } = claim;
  const computed = commit !== undefined && 'value' in commit.treeSha256 ? commit.treeSha256.value : undefined;
  return [
    { what: 'tree', expected: commit?.tree, found: claim.tree },
    ...(treeSha256 === null ? [] : [{ what: 'tree_sha256', expected: computed, found: treeSha256 }]),
    ...(entry === null ? [] : [{ what: 'entry.sha256', expected: commit && entryDigest(commit), found: entry.sha256 }]),
    { what: 'submodules', expected: commit && listed(commit.submodules), found: listed(claim.submodules) },
  ];
};

/**
 * Holds a claim against the commit as the audit had it. What cannot be compared is named and contradicts nothing: the pin's commit id, which is
 * compared, covers all of it.
 */
export const compareSource = (claim: Claim, commit: CommitFacts | undefined): SourceComparison => {
  const rows = rowsOf(claim, commit);
  const known = rows.filter(({ expected }) => expected !== undefined);
  const wrong = known.find(({ expected, found }) => expected !== found);
  return {
    difference: wrong === undefined ? undefined : { ...wrong, expected: wrong.expected ?? '' },
    compared: known.map(({ what }) => what),
    open: rows.filter(({ expected }) => expected === undefined).map(({ what }) => what),
  };
};
