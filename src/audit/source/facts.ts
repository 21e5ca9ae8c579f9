import type { Reachability } from '../../source/history/reachability.ts';
import type { SourceAddress } from './address.ts';
import type { SourceFinding } from './contents/finding.ts';
import type { EntryFacts } from './entry.ts';
import type { Known } from './known.ts';
import type { SignatureFacts } from './signature/facts.ts';
import type { DiffLine } from './since/diff-lines.ts';
import type { PathChanges } from './since/compare.ts';

/** One commit as it was had: every object of it was hashed on the way. */
export interface CommitFacts {
  readonly tree: string;
  readonly parents: readonly string[];
  /** The tree in the SHA-256 object format. */
  readonly treeSha256: Known<string>;
  readonly files: number;
  /** Bytes of all files, each path counted. */
  readonly bytes: number;
  readonly submodules: readonly { readonly path: string; readonly commit: string }[];
  readonly entry: EntryFacts;
  /** What the workload would fetch at start, as far as the files show. */
  readonly findings: readonly SourceFinding[];
}

/** What changed since the commit that was audited last. */
export interface SinceFacts {
  readonly commit: string;
  readonly paths: PathChanges;
  /** Lines of the entry script; undefined where it is not in both, or too large. */
  readonly entry: readonly DiffLine[] | undefined;
}

/** All that was found out about a source, not judged yet. Strings may hold text of the repository, unescaped. */
export interface SourceFacts {
  readonly address: SourceAddress;
  readonly commit: Known<CommitFacts>;
  /** Undefined where the commit could not be had. */
  readonly reachability: Known<Reachability> | undefined;
  readonly signature: Known<SignatureFacts> | undefined;
  /** Undefined where it was not asked for, or the commit could not be had. */
  readonly since: Known<SinceFacts> | undefined;
}
