import type { Pin } from '../../pin/types.ts';
import type { TrustedRoot } from '../../provenance/trusted-root.ts';
import type { Expected } from '../expectations.ts';
import type { Outcome } from '../outcome.ts';
import type { SourceFinding } from './contents/finding.ts';
import type { EntryFacts } from './entry.ts';
import type { SinceFacts, SourceFacts } from './facts.ts';
import type { SourceCheckId } from './check-ids.ts';
import { judgeCommit, judgeEntry, judgeTree, judgeTreeSha256 } from './judge-commit.ts';
import { judgeReachable, refFindings } from './judge-reachable.ts';
import { judgeSignature, signatureFindings } from './judge-signature.ts';
import type { Known } from './known.ts';

/** What the source is held against. */
export interface SourceExpectations {
  readonly pin: Pin;
  /** Compared beside the pin's own TREE_SHA256. */
  readonly treeSha256?: Expected<string> | undefined;
  /** By what a signature that Sigstore vouches for is looked at. */
  readonly sigstoreRoots?: readonly TrustedRoot[] | undefined;
}

/** What an audit of the source came to. Strings may hold text of the repository, unescaped: whoever prints escapes. */
export interface SourceFindings {
  readonly facts: SourceFacts;
  readonly outcomes: Readonly<Record<SourceCheckId, Outcome>>;
  readonly findings: readonly SourceFinding[];
  /** For the report; undefined where the commit could not be had. */
  readonly entry: EntryFacts | undefined;
  /** Undefined where it was not asked for. */
  readonly since: Known<SinceFacts> | undefined;
}

/** What the facts come to: a pure function of its arguments. */
export const judgeSource = (
  facts: SourceFacts,
  { pin, treeSha256, sigstoreRoots }: SourceExpectations,
): SourceFindings => {
  const commit = 'value' in facts.commit ? facts.commit.value : undefined;
  return {
    facts,
    outcomes: {
      'source.commit': judgeCommit(facts, pin),
      'source.tree': judgeTree(facts),
      'source.tree-sha256': judgeTreeSha256(facts, pin, treeSha256),
      'source.entry': judgeEntry(facts),
      'source.reachable': judgeReachable(facts, pin.commitSha),
      'source.signature': judgeSignature(facts, sigstoreRoots),
    },
    findings: [
      ...refFindings(facts, pin.commitSha),
      ...signatureFindings(facts, sigstoreRoots),
      ...(commit?.findings ?? []),
    ],
    entry: commit?.entry,
    since: facts.since,
  };
};
