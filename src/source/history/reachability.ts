import { limitExceeded, remedyOf, SourceError } from '../errors.ts';
import { pauseMs } from '../transport/fetch.ts';
import { inOrder, namedRef, refsAt, rounds } from './find-ref.ts';
import { CommitGraph } from './graph.ts';
import { withHistoryLimits } from './limits.ts';
import type { HistoryRecorder } from './recorder.ts';
import { type RefList, type RemoteRef, tipOf } from './refs.ts';
import { openHistory } from './open-history.ts';
import type { HistoryAddress, RemoteHistory } from './remote.ts';

/** To which branch or tag a commit belongs. */
export type Reach =
  | { readonly kind: 'tip'; readonly refs: readonly RemoteRef[] }
  | {
      readonly kind: 'ancestor';
      readonly ref: RemoteRef;
      /** Commits that the ref has and the commit has not. */
      readonly behind: number;
    }
  | { readonly kind: 'unreachable' };

export interface Reachability {
  readonly reach: Reach;
  /** Branches and tags that the repository lists. */
  readonly branches: number;
  readonly tags: number;
  /** Commits that were fetched and hashed on the way. */
  readonly commits: number;
  readonly packBytes: number;
  /** What the ref that was expected holds now; undefined where none was expected. */
  readonly expected?: { readonly name: string; readonly tip: string | undefined; readonly isTag: boolean };
}

/** Tries of each request: an auditor can start again, a single lost packet should not make him. */
const ATTEMPTS = 3;

const trying = async <T>({ settings }: HistoryAddress, ask: () => Promise<T>): Promise<T> => {
  for (let round = 1; ; round++) {
    try {
      return await ask();
    } catch (error) {
      const pause = pauseMs(round, 0, settings.limits);
      const isLast = round >= Math.min(ATTEMPTS, settings.limits.ATTEMPTS);
      if (isLast || remedyOf(error) !== 'retry' || performance.now() + pause > settings.deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
};

/** Asks for the history in rounds until a ref is found whose hashed commits lead to `commit`. */
const search = async (
  address: HistoryAddress,
  remote: RemoteHistory,
  expected: string | undefined,
  recorder: HistoryRecorder | undefined,
): Promise<{ reach: Reach; commits: number; packBytes: number }> => {
  const { want, bounds, settings } = address;
  const graph = new CommitGraph(want.format, bounds.commits, recorder?.object);
  const ordered = inOrder(remote.list, expected);
  const likely = new Set([
    expected === undefined ? undefined : namedRef(remote.list, expected)?.name,
    remote.list.head,
  ]);
  const first = ordered.filter(({ name }) => likely.has(name)).length;
  // The commit itself is said to be there: what is sent ends where its own history begins, so the imposter's costs no more.
  const haves = [want.commit];
  let packBytes = 0;
  for (const refs of rounds(ordered, first, bounds.wants)) {
    const wants = [...new Set(refs.map(({ id }) => id))];
    const left = bounds.packBytes - packBytes;
    if (left <= 0) throw limitExceeded('PACK_BYTES', `the history between has more than ${bounds.packBytes} bytes`);
    const limits = { ...settings.limits, PACK_BYTES: Math.min(settings.limits.PACK_BYTES, left) };
    packBytes += await trying(address, () => remote.fetch({ wants, haves }, graph, limits));
    const ref = refs.find(({ id }) => graph.reachedFrom(id).has(want.commit));
    if (ref !== undefined) {
      const behind = graph.ahead(ref.id, want.commit);
      const reach: Reach = behind === 0 ? { kind: 'tip', refs: [ref] } : { kind: 'ancestor', ref, behind };
      return { reach, commits: graph.size, packBytes };
    }
    // Searched to their ends: nothing below them has to come again. Some are enough, a request has its bounds.
    const searched = new Set(refs.map(({ id }) => graph.peel(id)));
    haves.push(...[...searched].slice(0, Math.max(0, bounds.wants - haves.length)));
  }
  if (remote.isCut()) {
    throw new SourceError(
      'object-missing',
      'the repository there is shallow itself: its history ends before it was searched',
      {
        hint: 'name one that has all of its history (git fetch --unshallow)',
      },
    );
  }
  return { reach: { kind: 'unreachable' }, commits: graph.size, packBytes };
};

const expectedRef = (list: RefList, name: string): NonNullable<Reachability['expected']> => {
  const ref = namedRef(list, name);
  const isTag = (ref?.name ?? name).startsWith('refs/tags/');
  return { name: ref?.name ?? name, tip: ref === undefined ? undefined : tipOf(ref), isTag };
};

/**
 * Finds out whether a commit belongs to a branch or tag of a repository. A forge serves the commits of every fork under the
 * parent's address too: a commit that no branch or tag leads to may be anybody's. The tips are looked at first; then commits,
 * as a rule without their files, are fetched and hashed from the tips down, and only hashed commits say what their parents are.
 * @param expected a branch or tag that the commit is said to belong to
 * @param recorder told what the repository said
 * @throws SourceError where it cannot be found out, bounds included
 */
export const findReachability = async (
  given: HistoryAddress,
  expected?: string,
  recorder?: HistoryRecorder,
): Promise<Reachability> => {
  const limits = withHistoryLimits(given.settings.limits, given.bounds);
  const deadline = Math.min(given.settings.deadline, performance.now() + limits.TOTAL_MS);
  const address: HistoryAddress = { ...given, settings: { ...given.settings, limits, deadline } };
  const remote = await trying(address, () => openHistory(address));
  const { list } = remote;
  recorder?.refs(list, expected);
  const at = refsAt(inOrder(list, expected), address.want.commit);
  const found =
    at.length > 0
      ? { reach: { kind: 'tip', refs: at } as const, commits: 0, packBytes: 0 }
      : await search(address, remote, expected, recorder);
  const branches = list.refs.filter(({ name }) => name.startsWith('refs/heads/')).length;
  return {
    ...found,
    branches,
    tags: list.refs.length - branches,
    ...(expected === undefined ? {} : { expected: expectedRef(list, expected) }),
  };
};
