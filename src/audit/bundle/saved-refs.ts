import { SourceError } from '../../source/errors.ts';
import { inOrder, namedRef, refsAt } from '../../source/history/find-ref.ts';
import { CommitGraph } from '../../source/history/graph.ts';
import type { Reach, Reachability } from '../../source/history/reachability.ts';
import { type RefList, type RemoteRef, tipOf } from '../../source/history/refs.ts';
import { parseCommit } from '../../source/objects/commit.ts';
import { type ObjectFormat, objectId } from '../../source/objects/object-id.ts';
import { BundleError } from './errors.ts';
import { MAX_HISTORY_BYTES, MAX_HISTORY_OBJECTS, MAX_SAVED_REFS } from './limits.ts';
import type { HeldHistory, HeldObject } from './recording.ts';

/** What a repository listed, and the commits and tags that lead from it to the pinned commit. */
export interface SavedRefs {
  readonly list: RefList;
  /** Of the whole list. */
  readonly branches: number;
  readonly tags: number;
  readonly objects: readonly { readonly type: 'commit' | 'tag'; readonly data: Uint8Array }[];
}

const isBranch = ({ name }: RemoteRef): boolean => name.startsWith('refs/heads/');

const formatOf = (id: string): ObjectFormat => (id.length === 64 ? 'sha256' : 'sha1');

/** The ids that an object names: the parents of a commit, what a tag is of. */
const namedBy = (id: string, { type, data }: HeldObject): readonly string[] => {
  if (type === 'commit') return parseCommit(Buffer.from(data), formatOf(id), id).parents;
  return /^object ([0-9a-f]{40,64})\n/.exec(Buffer.from(data).toString('latin1', 0, 80))?.slice(1, 2) ?? [];
};

/** The shortest way from one object to another through those that are held; undefined where there is none. */
const wayBetween = (from: string, to: string, objects: ReadonlyMap<string, HeldObject>): string[] | undefined => {
  const cameFrom = new Map<string, string | undefined>([[from, undefined]]);
  // A map hands out what was added while it is walked: breadth first.
  for (const [id] of cameFrom) {
    if (id === to) {
      const way: string[] = [];
      for (let at: string | undefined = id; at !== undefined; at = cameFrom.get(at)) way.push(at);
      return way.reverse();
    }
    const object = objects.get(id);
    if (object === undefined) continue;
    for (const next of namedBy(id, object)) if (!cameFrom.has(next)) cameFrom.set(next, id);
  }
  return undefined;
};

const isSmall = (objects: readonly HeldObject[]): boolean =>
  objects.length <= MAX_HISTORY_OBJECTS && objects.reduce((sum, { data }) => sum + data.length, 0) <= MAX_HISTORY_BYTES;

/**
 * What of a history a bundle keeps for `commit`: of the list what matters first, and the shortest way from a ref to the commit, the commit
 * itself left out, which is in its pack. No objects where the commit is a tip, by the word of the server; nor where the way is too long.
 */
export const refsToSave = (held: HeldHistory, commit: string): SavedRefs => {
  const { list, expected, objects } = held;
  const ordered = inOrder(list, expected);
  const branches = list.refs.filter(isBranch).length;
  const counts = { branches, tags: list.refs.length - branches };
  const keep = (first: readonly RemoteRef[], way: SavedRefs['objects']): SavedRefs => {
    // The expected one and the default branch come first in the order, and stay where there are many at the commit.
    const refs = [...new Set([...first.slice(0, MAX_SAVED_REFS / 2), ...ordered])].slice(0, MAX_SAVED_REFS);
    return { list: { refs, head: list.head }, ...counts, objects: way };
  };
  const tips = refsAt(ordered, commit);
  if (tips.length > 0 || objects === undefined) return keep(tips, []);
  for (const ref of ordered) {
    const way = objects.has(ref.id) ? wayBetween(ref.id, commit, objects) : undefined;
    if (way === undefined) continue;
    const kept = way.slice(0, -1).map((id) => objects.get(id)!);
    return keep([ref], isSmall(kept) ? kept.map(({ type, data }) => ({ type: type as 'commit' | 'tag', data })) : []);
  }
  return keep([], []);
};

const unsaved = (): BundleError =>
  new BundleError('not-saved', 'what was saved holds no way from a branch or tag to the commit', {
    hint: 'ask the repository: --source URL',
  });

const reachOf = ({ list, objects }: SavedRefs, commit: string, graph: CommitGraph): Reach => {
  const tips = refsAt(list.refs, commit);
  if (tips.length > 0) return { kind: 'tip', refs: tips };
  const format = formatOf(commit);
  for (const { type, data } of objects) {
    const bytes = Buffer.from(data);
    graph.add({ type, id: objectId(format, type, bytes), data: bytes });
  }
  const ref = list.refs.find(({ id }) => graph.reachedFrom(id).has(commit));
  if (ref === undefined) throw unsaved();
  const behind = graph.ahead(ref.id, commit);
  return behind === 0 ? { kind: 'tip', refs: [ref] } : { kind: 'ancestor', ref, behind };
};

/**
 * What the saved list comes to: its refs are a statement, the commits between are hashed again. How many commits a ref is ahead is that of the shortest way.
 * @param expected the ref that the attested text says the commit was taken from
 * @throws BundleError `not-saved` where no way was saved; SourceError for objects that are none
 */
export const reachOfSaved = (saved: SavedRefs, commit: string, expected: string | undefined): Reachability => {
  const graph = new CommitGraph(formatOf(commit), MAX_HISTORY_OBJECTS);
  const odd = saved.list.refs.find(
    ({ id, peeled }) => id.length !== commit.length || (peeled ?? id).length !== id.length,
  );
  if (odd !== undefined) throw new SourceError('object-format-mismatch', 'the saved refs are of another object format');
  const reach = reachOf(saved, commit, graph);
  const ref = expected === undefined ? undefined : namedRef(saved.list, expected);
  const name = ref?.name ?? expected;
  return {
    reach,
    branches: saved.branches,
    tags: saved.tags,
    commits: graph.size,
    packBytes: 0,
    ...(name === undefined
      ? {}
      : {
          expected: {
            name,
            tip: ref === undefined ? undefined : tipOf(ref),
            isTag: name.startsWith('refs/tags/'),
          },
        }),
  };
};
