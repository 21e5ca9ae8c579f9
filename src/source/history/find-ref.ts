import { type RefList, type RemoteRef, tipOf } from './refs.ts';

const isBranch = ({ name }: RemoteRef): boolean => name.startsWith('refs/heads/');

/** The ref that somebody named, by its full name, else a tag of that name, else a branch. */
export const namedRef = ({ refs }: RefList, name: string): RemoteRef | undefined =>
  [name, `refs/tags/${name}`, `refs/heads/${name}`]
    .map((full) => refs.find((ref) => ref.name === full))
    .find((ref) => ref !== undefined);

/** Refs in the order of interest: the expected one, the default branch, branches, tags; those of one kind as listed. */
export const inOrder = (list: RefList, expected: string | undefined): RemoteRef[] => {
  const first = [
    expected === undefined ? undefined : namedRef(list, expected),
    list.refs.find(({ name }) => name === list.head),
  ].filter((ref) => ref !== undefined);
  return [...new Set([...first, ...list.refs.filter(isBranch), ...list.refs])];
};

/** Refs whose tip is the commit, by the server's word. */
export const refsAt = (refs: readonly RemoteRef[], commit: string): RemoteRef[] =>
  refs.filter((ref) => tipOf(ref) === commit);

/** Those asked for together: first the one or two that most likely have it, then branches, then tags. */
export const rounds = (ordered: readonly RemoteRef[], first: number, size: number): RemoteRef[][] => {
  const slices: RemoteRef[][] = [];
  const slice = (refs: readonly RemoteRef[]): void => {
    for (let at = 0; at < refs.length; at += size) slices.push(refs.slice(at, at + size));
  };
  const rest = ordered.slice(first);
  slice(ordered.slice(0, first));
  slice(rest.filter(isBranch));
  slice(rest.filter((ref) => !isBranch(ref)));
  return slices;
};
