import { limitExceeded, SourceError } from '../errors.ts';
import type { Limits } from '../limits.ts';
import { type Commit, parseCommit } from '../objects/commit.ts';
import type { ObjectFormat } from '../objects/object-id.ts';
import { showName } from '../objects/tree-names.ts';
import type { PackObject } from '../pack/pack-reader.ts';
import type { FileStats } from './file-stats.ts';
import { type Layout, LayoutBuilder, objectMissing } from './layout.ts';
import { Placer } from './placer.ts';

export interface ReceiverOptions {
  commitId: string;
  format: ObjectFormat;
  limits: Limits;
  /** Fresh folder for the files, one character a byte, with a slash at the end. */
  root: string;
  /** Asked for each gitlink as it becomes known; throws when there may be none. */
  onGitlink?: (path: string) => void;
  /** Told of each blob that came, for a second hash. */
  onBlob?: (id: string, data: Buffer) => void;
}

export interface ReceivedCommit {
  commit: Commit;
  commitContent: Buffer;
  trees: ReadonlyMap<string, Buffer>;
  layout: Layout;
  stats: FileStats;
}

/**
 * Takes the objects of a pack as they are resolved and keeps the chain of trust: the pin names the commit, the commit its
 * tree, trees name blobs, and a blob is written only where a tree of that chain names it. git sends a tree before what it
 * names, so files are written while the pack still arrives; what comes in another order is written at the end.
 */
export class CommitReceiver {
  readonly #options: ReceiverOptions;
  readonly #layout: LayoutBuilder;
  readonly #placer: Placer;
  #commit: { parsed: Commit; content: Buffer } | undefined;
  /** A commit that is not the pinned one, refused with the next object: where a tag was pinned, that is the tag, and says so. */
  #stray: string | undefined;
  #treeBytes = 0;
  readonly #blobs = new Set<string>();

  constructor(options: ReceiverOptions) {
    const { format, limits, root, onGitlink } = options;
    this.#options = options;
    this.#placer = new Placer(root, limits);
    this.#layout = new LayoutBuilder({
      format,
      limits,
      onLeaf: (folder, entry, slot) => {
        if (entry.kind === 'gitlink') onGitlink?.(folder.prefix + entry.name);
        else this.#blobs.add(entry.id);
        this.#placer.want(folder, entry, slot);
      },
    });
  }

  readonly take = ({ type, id, data, index }: PackObject): void => {
    const { commitId } = this.#options;
    if (id === commitId && type !== 'commit') throw notACommit(commitId, type);
    if (this.#stray !== undefined) throw unexpected('commit', this.#stray);
    if (type === 'commit') this.#takeCommit(id, data);
    else if (type === 'tree') this.#takeTree(id, data);
    else if (type === 'blob') this.#takeBlob(id, data, index);
    else throw unexpected(type, id);
  };

  /**
   * To be called when the pack is whole.
   * @param read gives the content of an object by its place in the pack
   */
  finish(read: (index: number) => Buffer): ReceivedCommit {
    if (this.#stray !== undefined) throw unexpected('commit', this.#stray);
    const commit = this.#commit;
    if (commit === undefined) throw objectMissing(`commit ${this.#options.commitId}`);
    const layout = this.#layout.finish();
    if (layout === undefined) throw objectMissing('a folder of the commit');
    const { surplus } = this.#layout;
    if (surplus !== undefined) throw unexpected('tree', surplus);
    const extra = this.#placer.extraBlob(this.#blobs);
    if (extra !== undefined) throw unexpected('blob', extra);
    const missing = this.#placer.finish(read, layout.folders);
    if (missing !== undefined) throw objectMissing(`'${showName(missing)}'`);
    return {
      commit: commit.parsed,
      commitContent: commit.content,
      trees: this.#layout.contents,
      layout,
      stats: this.#placer.stats,
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
    this.#layout.start(this.#commit.parsed.tree);
  }

  #takeTree(id: string, data: Buffer): void {
    const { limits } = this.#options;
    this.#treeBytes += data.length;
    if (this.#treeBytes > limits.TREE_BYTES) {
      throw limitExceeded('TREE_BYTES', `the trees of the commit come to more than ${limits.TREE_BYTES} bytes`);
    }
    if (!this.#layout.addTree(id, data)) throw unexpected('tree', id);
  }

  #takeBlob(id: string, data: Buffer, index: number): void {
    if (!this.#placer.place(id, data, index)) throw unexpected('blob', id);
    this.#options.onBlob?.(id, data);
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
