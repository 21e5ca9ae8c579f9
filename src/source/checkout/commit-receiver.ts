import { limitExceeded, SourceError } from '../errors.ts';
import type { Limits } from '../limits.ts';
import { type Commit, parseCommit } from '../objects/commit.ts';
import type { ObjectFormat } from '../objects/object-id.ts';
import { showName } from '../objects/tree-names.ts';
import type { PackObject } from '../pack/pack-reader.ts';
import { type Layout, layOut, objectMissing } from './layout.ts';
import { Placer } from './placer.ts';

export interface ReceiverOptions {
  commitId: string;
  format: ObjectFormat;
  limits: Limits;
  /** Fresh folder for the files, one character a byte, with a slash at the end. */
  root: string;
  /** Asked once the paths are known and before anything is written; throws when they may not be placed. */
  onLayout?: (layout: Layout) => void;
  /** Told of each blob that was placed, for a second hash. */
  onBlob?: (id: string, data: Buffer) => void;
}

export interface ReceivedCommit {
  commit: Commit;
  commitContent: Buffer;
  trees: Map<string, Buffer>;
  layout: Layout;
  placer: Placer;
}

/**
 * Takes the objects of a pack as they are resolved and keeps the chain of trust: the pin names the commit, the commit its
 * tree, trees name blobs, and a blob is written only when a tree that is part of that chain names it. git sends trees
 * before blobs, so files are written while the pack still arrives; in any other order they are written at the end.
 */
export class CommitReceiver {
  readonly #options: ReceiverOptions;
  #commit: { parsed: Commit; content: Buffer } | undefined;
  /** A commit that is not the pinned one, refused with the next object: where a tag was pinned, that is the tag, and says so. */
  #stray: string | undefined;
  readonly #trees = new Map<string, Buffer>();
  #treeBytes = 0;
  #placer: Placer | undefined;
  #layout: Layout | undefined;
  #triedLayout = false;
  /** Blobs that came before the trees were whole, by their place in the pack. */
  readonly #deferred: { id: string; index: number }[] = [];

  constructor(options: ReceiverOptions) {
    this.#options = options;
  }

  readonly take = ({ type, id, data, index }: PackObject): void => {
    const { commitId, limits } = this.#options;
    if (id === commitId && type !== 'commit') throw notACommit(commitId, type);
    if (this.#stray !== undefined) throw unexpected('commit', this.#stray);
    if (type === 'commit') this.#takeCommit(id, data);
    else if (type === 'tree') this.#takeTree(id, data, limits);
    else if (type === 'blob') this.#takeBlob(id, data, index);
    else throw unexpected(type, id);
  };

  /**
   * To be called when the pack is whole.
   * @param read gives the content of an object by its place in the pack
   */
  finish(read: (index: number) => Buffer): ReceivedCommit {
    if (this.#stray !== undefined) throw unexpected('commit', this.#stray);
    this.#lay();
    const commit = this.#commit;
    if (commit === undefined) throw objectMissing(`commit ${this.#options.commitId}`);
    if (this.#layout === undefined || this.#placer === undefined) throw objectMissing('a folder of the commit');
    for (const { id, index } of this.#deferred) this.#place(id, read(index));
    const { missing } = this.#placer;
    if (missing !== undefined) throw objectMissing(`'${showName(missing)}'`);
    for (const id of this.#trees.keys()) if (!this.#layout.trees.has(id)) throw unexpected('tree', id);
    this.#placer.finish();
    return {
      commit: commit.parsed,
      commitContent: commit.content,
      trees: this.#trees,
      layout: this.#layout,
      placer: this.#placer,
    };
  }

  #takeCommit(id: string, data: Buffer): void {
    const { commitId, format, limits } = this.#options;
    if (id !== commitId || this.#commit !== undefined) {
      this.#stray = id;
      return;
    }
    if (data.length > limits.COMMIT_BYTES) throw limitExceeded('COMMIT_BYTES', `the commit has ${data.length} bytes`);
    this.#commit = { parsed: parseCommit(data, format, id), content: Buffer.from(data) };
  }

  #takeTree(id: string, data: Buffer, limits: Limits): void {
    this.#treeBytes += data.length;
    if (this.#treeBytes > limits.TREE_BYTES) {
      throw limitExceeded('TREE_BYTES', `the trees of the commit come to more than ${limits.TREE_BYTES} bytes`);
    }
    if (this.#trees.has(id)) throw unexpected('tree', id);
    this.#trees.set(id, data);
  }

  #takeBlob(id: string, data: Buffer, index: number): void {
    if (!this.#triedLayout) this.#lay();
    if (this.#placer === undefined) this.#deferred.push({ id, index });
    else this.#place(id, data);
  }

  #place(id: string, data: Buffer): void {
    if (!this.#placer!.place(id, data)) throw unexpected('blob', id);
    this.#options.onBlob?.(id, data);
  }

  #lay(): void {
    this.#triedLayout = true;
    if (this.#commit === undefined || this.#layout !== undefined) return;
    const { format, limits, root } = this.#options;
    const rootTree = this.#commit.parsed.tree;
    this.#layout = layOut({ rootTree, format, limits, lookup: (id) => this.#trees.get(id) });
    if (this.#layout === undefined) return;
    this.#options.onLayout?.(this.#layout);
    this.#placer = new Placer(root, this.#layout, limits);
  }
}

const unexpected = (type: string, id: string): SourceError =>
  new SourceError(
    'object-unexpected',
    `the server sent the ${type} ${id}, which is no part of the pinned commit, or twice`,
    {
      hint: 'the server does not do what it was asked; name another address in REPO_MIRRORS',
    },
  );

const notACommit = (id: string, type: string): SourceError =>
  new SourceError('not-a-commit', `COMMIT_SHA ${id} is a ${type} and not a commit`, {
    hint: type === 'tag' ? `pin what the tag points at: git rev-parse 'TAG^{commit}'` : 'pin the commit itself',
  });
