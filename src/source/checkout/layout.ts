import { limitExceeded, SourceError } from '../errors.ts';
import type { Limits } from '../limits.ts';
import type { ObjectFormat } from '../objects/object-id.ts';
import { type EntryKind, parseTree, type TreeEntry } from '../objects/tree.ts';
import { showName } from '../objects/tree-names.ts';

/** The content of a tree object by its id; undefined where it is not there (yet). */
export type TreeLookup = (id: string) => Buffer | undefined;

/** One path of a commit that is not a folder. */
export interface LayoutEntry {
  /** Relative, one character a byte. */
  path: string;
  kind: Exclude<EntryKind, 'folder'>;
  id: string;
}

/** Everything that one commit places, known before anything is written. */
export interface Layout {
  rootTree: string;
  /** In the order of git's index: by path as bytes. */
  entries: LayoutEntry[];
  /** Parents before children, without the root. */
  folders: string[];
  /** Every tree that is part of it, parsed. */
  trees: Map<string, TreeEntry[]>;
}

export interface LayoutOptions {
  rootTree: string;
  format: ObjectFormat;
  limits: Limits;
  lookup: TreeLookup;
}

/**
 * Lays out the paths of a commit from its trees, holding each tree to the rules and the whole to the limits. Paths are
 * counted before they are made: a few hundred bytes of trees can name a million files.
 * @returns undefined when a tree is missing
 * @throws SourceError of the tree rules, or `limit-exceeded`
 */
export const layOut = (options: LayoutOptions): Layout | undefined => {
  const { rootTree, limits } = options;
  const trees = new Map<string, TreeEntry[]>();
  if (!collectTrees(options, trees)) return undefined;
  const total = countPaths(rootTree, trees, limits);
  if (total > limits.PATHS) {
    throw limitExceeded('PATHS', `the commit names more than ${limits.PATHS} paths`);
  }
  const layout: Layout = { rootTree, entries: [], folders: [], trees };
  expand(layout, rootTree, '', limits);
  return layout;
};

/** Parses every tree once, breadth first; false when one is missing. */
const collectTrees = (
  { rootTree, format, limits, lookup }: LayoutOptions,
  trees: Map<string, TreeEntry[]>,
): boolean => {
  const queue: { id: string; path: string; depth: number }[] = [{ id: rootTree, path: '', depth: 0 }];
  for (let at = 0; at < queue.length; at++) {
    const { id, path, depth } = queue[at]!;
    if (trees.has(id)) continue;
    // At once: with thousands of levels, spelling out the path at each would take hours.
    if (depth > limits.TREE_DEPTH) throw tooDeep(limits);
    if (path.length > limits.PATH_BYTES) throw tooLong(path, limits);
    const content = lookup(id);
    if (content === undefined) return false;
    const entries = parseTree(content, format, path, limits);
    trees.set(id, entries);
    for (const entry of entries) {
      if (entry.kind === 'folder' && !trees.has(entry.id)) {
        queue.push({ id: entry.id, path: join(path, entry.name), depth: depth + 1 });
      }
    }
  }
  return true;
};

/** Paths below a tree, each tree counted once; also bounds the depth, so that what follows may recurse. */
const countPaths = (rootTree: string, trees: Map<string, TreeEntry[]>, limits: Limits): number => {
  const known = new Map<string, { paths: number; depth: number }>();
  const count = (id: string, depth: number): { paths: number; depth: number } => {
    const before = known.get(id);
    if (depth + (before?.depth ?? 0) > limits.TREE_DEPTH) {
      throw tooDeep(limits);
    }
    if (before !== undefined) return before;
    const sum = { paths: 0, depth: 0 };
    for (const entry of trees.get(id) ?? []) {
      sum.paths += 1;
      if (entry.kind !== 'folder') continue;
      const below = count(entry.id, depth + 1);
      sum.paths += below.paths;
      sum.depth = Math.max(sum.depth, below.depth + 1);
    }
    known.set(id, sum);
    return sum;
  };
  return count(rootTree, 0).paths;
};

const expand = (layout: Layout, tree: string, folder: string, limits: Limits): void => {
  for (const { name, kind, id } of layout.trees.get(tree) ?? []) {
    const path = join(folder, name);
    if (path.length > limits.PATH_BYTES) throw tooLong(path, limits);
    if (kind === 'folder') {
      layout.folders.push(path);
      expand(layout, id, path, limits);
    } else {
      layout.entries.push({ path, kind, id });
    }
  }
};

const tooDeep = ({ TREE_DEPTH }: Limits): SourceError =>
  limitExceeded('TREE_DEPTH', `folders of the commit lie more than ${TREE_DEPTH} deep`);

const tooLong = (path: string, { PATH_BYTES }: Limits): SourceError =>
  limitExceeded('PATH_BYTES', `path '${showName(path.slice(0, 60))}…' is longer than ${PATH_BYTES} bytes`);

const join = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);

/** The error for an object that the commit names and nobody brought. */
export const objectMissing = (what: string): SourceError =>
  new SourceError('object-missing', `${what} is missing from what the server sent`, {
    hint: 'the repository there is damaged or incomplete; name another address in REPO_MIRRORS',
  });
