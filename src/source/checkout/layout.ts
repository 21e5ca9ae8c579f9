import { limitExceeded, SourceError } from '../errors.ts';
import type { Limits } from '../limits.ts';
import type { ObjectFormat } from '../objects/object-id.ts';
import { type EntryKind, parseTree, type TreeEntry } from '../objects/tree.ts';
import { showStart } from '../objects/tree-names.ts';

export type LeafKind = Exclude<EntryKind, 'folder'>;

/** One path of a commit that is not a folder. */
export interface LayoutEntry {
  /** Relative, one character a byte. */
  path: string;
  kind: LeafKind;
  id: string;
  /** In which place it became known, among all such paths. */
  slot: number;
}

/** Everything that one commit places. */
export interface Layout {
  rootTree: string;
  /** In the order of git's index: by path as bytes. */
  entries: LayoutEntry[];
  /** Parents before children, without the root. */
  folders: Folder[];
  /** Every tree that is part of it, parsed. */
  trees: Map<string, TreeEntry[]>;
}

/** A folder of the commit; the same tree may stand at several. */
export interface Folder {
  /** Relative path with a slash at the end; empty for the root. */
  prefix: string;
  parent: Folder | undefined;
  depth: number;
  tree: string;
  /** The slot of its first entry that is no folder; the others follow. */
  firstSlot: number;
  subfolders: Folder[];
}

export interface LayoutOptions {
  format: ObjectFormat;
  limits: Limits;
  /** Told of each path that is no folder, as soon as its tree is there. */
  onLeaf?: (folder: Folder, entry: TreeEntry & { kind: LeafKind }, slot: number) => void;
}

/**
 * Lays out the paths of a commit while its trees arrive, in any order: a path is known when all trees from the root to it
 * are there. Each tree is held to the rules and the whole to the limits before anything is written; paths are counted as
 * they become known, since a few hundred bytes of trees can name a million files.
 *
 * Errors: of the tree rules, and `limit-exceeded`.
 */
export class LayoutBuilder {
  readonly #options: LayoutOptions;
  readonly #contents = new Map<string, Buffer>();
  readonly #trees = new Map<string, TreeEntry[]>();
  /** Folders whose tree is not there yet. */
  readonly #waiting = new Map<string, Folder[]>();
  readonly #folders: Folder[] = [];
  #root: Folder | undefined;
  #slots = 0;
  #paths = 0;

  constructor(options: LayoutOptions) {
    this.#options = options;
  }

  /** The commit is there: its root tree is wanted. */
  start(rootTree: string): void {
    this.#root = { prefix: '', parent: undefined, depth: 0, tree: rootTree, firstSlot: 0, subfolders: [] };
    this.#expandOrWait(this.#root);
  }

  /** A tree is there. @returns false when it was there before */
  addTree(id: string, content: Buffer): boolean {
    if (this.#contents.has(id)) return false;
    this.#contents.set(id, content);
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return true;
    this.#waiting.delete(id);
    this.#expand(waiting, content);
    return true;
  }

  /** The trees that a tree which was added names, when it is part of the commit. */
  wantedBy(id: string): string[] {
    const folders = this.#trees.get(id)?.filter(({ kind }) => kind === 'folder');
    return folders?.map((entry) => entry.id) ?? [];
  }

  /** Trees by their id, as they came. */
  get contents(): ReadonlyMap<string, Buffer> {
    return this.#contents;
  }

  /** A tree that came and is no part of the commit, if any. */
  get surplus(): string | undefined {
    for (const id of this.#contents.keys()) if (!this.#trees.has(id)) return id;
    return undefined;
  }

  /** The layout, when all trees are there; else undefined. */
  finish(): Layout | undefined {
    const root = this.#root;
    if (root === undefined || this.#waiting.size > 0) return undefined;
    const layout: Layout = { rootTree: root.tree, entries: [], folders: this.#folders, trees: this.#trees };
    this.#emit(root, layout.entries);
    return layout;
  }

  #expandOrWait(folder: Folder): void {
    const content = this.#contents.get(folder.tree);
    if (content !== undefined) {
      this.#expand([folder], content);
      return;
    }
    const waiting = this.#waiting.get(folder.tree);
    if (waiting === undefined) this.#waiting.set(folder.tree, [folder]);
    else waiting.push(folder);
  }

  /** The tree of `folders`, one and the same, is there. */
  #expand(folders: readonly Folder[], content: Buffer): void {
    const { format, limits } = this.#options;
    const first = folders[0]!;
    let entries = this.#trees.get(first.tree);
    if (entries === undefined) {
      entries = parseTree(content, format, first.prefix.slice(0, -1), limits);
      this.#trees.set(first.tree, entries);
    }
    // Before anything is made of them: a tree that stands at a hundred thousand folders multiplies.
    this.#paths += folders.length * entries.length;
    if (this.#paths > limits.PATHS) throw limitExceeded('PATHS', `the commit names more than ${limits.PATHS} paths`);
    for (const folder of folders) this.#expandOne(folder, entries);
  }

  #expandOne(folder: Folder, entries: readonly TreeEntry[]): void {
    const { limits, onLeaf } = this.#options;
    folder.firstSlot = this.#slots;
    for (const entry of entries) {
      const length = folder.prefix.length + entry.name.length;
      if (length > limits.PATH_BYTES) throw tooLong(folder.prefix + entry.name, limits);
      if (entry.kind === 'folder') {
        folder.subfolders.push(this.#makeFolder(folder, entry));
        continue;
      }
      const slot = this.#slots++;
      onLeaf?.(folder, entry as TreeEntry & { kind: LeafKind }, slot);
    }
    for (const subfolder of folder.subfolders) this.#expandOrWait(subfolder);
  }

  #makeFolder(parent: Folder, { name, id }: TreeEntry): Folder {
    const { limits } = this.#options;
    const depth = parent.depth + 1;
    if (depth > limits.TREE_DEPTH) {
      throw limitExceeded('TREE_DEPTH', `folders of the commit lie more than ${limits.TREE_DEPTH} deep`);
    }
    const folder = { prefix: `${parent.prefix}${name}/`, parent, depth, tree: id, firstSlot: 0, subfolders: [] };
    this.#folders.push(folder);
    return folder;
  }

  #emit({ tree, prefix, firstSlot, subfolders }: Folder, entries: LayoutEntry[]): void {
    let slot = firstSlot;
    let next = 0;
    for (const { name, kind, id } of this.#trees.get(tree)!) {
      if (kind === 'folder') this.#emit(subfolders[next++]!, entries);
      else entries.push({ path: prefix + name, kind, id, slot: slot++ });
    }
  }
}

/** How much is shown of a path that is too long: enough to find it. */
const SHOWN_PATH_BYTES = 60;

const tooLong = (path: string, { PATH_BYTES }: Limits): SourceError =>
  limitExceeded('PATH_BYTES', `path '${showStart(path, SHOWN_PATH_BYTES)}' is longer than ${PATH_BYTES} bytes`);

/** The layout of a commit whose trees are all at hand; undefined when one is missing. */
export const layOut = (
  rootTree: string,
  trees: (id: string) => Buffer | undefined,
  options: LayoutOptions,
): Layout | undefined => {
  const builder = new LayoutBuilder(options);
  const wanted = [rootTree];
  builder.start(rootTree);
  for (let id = wanted.pop(); id !== undefined; id = wanted.pop()) {
    const content = trees(id);
    if (content === undefined) return undefined;
    // One by one: a folder can hold more folders than a call takes arguments.
    if (builder.addTree(id, content)) for (const below of builder.wantedBy(id)) wanted.push(below);
  }
  return builder.finish();
};

/** The error for an object that the commit names and nobody brought. */
export const objectMissing = (what: string): SourceError =>
  new SourceError('object-missing', `${what} is missing from what the server sent`, {
    hint: 'the repository there is damaged or incomplete; name another address in REPO_MIRRORS',
  });
