import type { AuditEvidence } from '../../../src/audit/evidence.ts';
import type { EntryFacts } from '../../../src/audit/source/entry.ts';
import type { CommitFacts, SourceFacts } from '../../../src/audit/source/facts.ts';
import { goodInfo } from '../checks/support.ts';

export const TREE_SHA256 = 'f6'.repeat(32);

/** What was found out about a source that starts this, but for what is given. */
export const sourceFacts = (
  start: EntryFacts['start'],
  more: Partial<SourceFacts> = {},
  commit: Partial<CommitFacts> = {},
): SourceFacts => ({
  address: { url: 'https://github.com/example/workload.git', named: false },
  commit: {
    value: {
      tree: 'e5'.repeat(20),
      parents: [],
      treeSha256: { value: TREE_SHA256 },
      files: 1,
      bytes: 3,
      submodules: [],
      entry: { folder: undefined, start },
      findings: [],
      ...commit,
    },
  },
  reachability: undefined,
  signature: undefined,
  since: undefined,
  ...more,
});

/** A script of these bytes; without bytes too large to be shown, without a size none at all. */
export const script = (bytes: Uint8Array | undefined, size: number | undefined = bytes?.length) =>
  ({
    mode: 'script',
    path: 'tee-launch.sh',
    kind: size === undefined ? undefined : 'file',
    size,
    bytes,
  }) as const satisfies EntryFacts['start'];

export const withSource = (value: SourceFacts, evidence: AuditEvidence = goodInfo): AuditEvidence => ({
  ...evidence,
  source: { origin: 'git', value },
});
