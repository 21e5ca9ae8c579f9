import type { LayoutEntry, LeafKind } from '../../../source/checkout/layout.ts';
import { showName } from '../../../source/objects/tree-names.ts';
import { MAX_CHANGES } from '../limits.ts';

/** One path as it was or is. */
export interface PathState {
  readonly kind: LeafKind;
  readonly id: string;
  /** Bytes; undefined for a submodule. */
  readonly size: number | undefined;
}

export interface PathChange {
  /** From the top of the commit, escaped. */
  readonly path: string;
  readonly before: PathState | undefined;
  readonly after: PathState | undefined;
}

export interface PathChanges {
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  /** In the order of paths; at most MAX_CHANGES. */
  readonly list: readonly PathChange[];
}

/** The leaves of a commit and the sizes of its blobs. */
export interface Side {
  readonly entries: readonly LayoutEntry[];
  readonly sizes: ReadonlyMap<string, number>;
}

const stateOf = ({ sizes }: Side, { kind, id }: LayoutEntry): PathState => ({ kind, id, size: sizes.get(id) });

/** What differs between two commits, path by path: a path is changed when its bytes or its kind are. */
export const comparePaths = (before: Side, after: Side): PathChanges => {
  const old = new Map(before.entries.map((entry) => [entry.path, entry]));
  const now = new Map(after.entries.map((entry) => [entry.path, entry]));
  const paths = [...new Set([...old.keys(), ...now.keys()])].sort();
  const counts = { added: 0, removed: 0, changed: 0 };
  const list: PathChange[] = [];
  for (const path of paths) {
    const was = old.get(path);
    const is = now.get(path);
    if (was?.id === is?.id && was?.kind === is?.kind) continue;
    counts[was === undefined ? 'added' : is === undefined ? 'removed' : 'changed']++;
    if (list.length >= MAX_CHANGES) continue;
    list.push({ path: showName(path), before: was && stateOf(before, was), after: is && stateOf(after, is) });
  }
  return { ...counts, list };
};
