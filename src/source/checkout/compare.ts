import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  type Stats,
} from 'node:fs';
import { systemCodeOf } from '../../base/error.ts';
import { type ObjectFormat, objectId } from '../objects/object-id.ts';
import { showName } from '../objects/tree-names.ts';
import { fsPath } from '../workdir/files.ts';
import { FileStats } from './file-stats.ts';
import type { Layout, LayoutEntry } from './layout.ts';
import { FILE_MODE, FOLDER_MODE } from './placer.ts';

export interface CompareOptions {
  /** The folder to look at, one character a byte, with a slash at the end. */
  root: string;
  layout: Layout;
  format: ObjectFormat;
  /** Names at the top that are no part of the commit and not looked at: `.git`. */
  passedOver: ReadonlySet<string>;
  /** Bytes that a file may have. */
  maxBytes: number;
  /** What a gitlink's folder must be: empty, or looked at by somebody else as a checkout of its own. */
  gitlinks: 'empty' | 'elsewhere';
  /** Told of each blob that hashed right, for a second hash. */
  onBlob?: (id: string, data: Buffer) => void;
  /** Called now and then, to let others work. */
  onProgress?: () => void;
}

export type Comparison = { same: true; stats: FileStats } | { same: false; path: string; why: string };

/** Files up to this size are read in one piece into one buffer. */
const WHOLE_BYTES = 1024 * 1024;
const buffer = Buffer.allocUnsafeSlow(WHOLE_BYTES + 1);
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;
const PERMISSIONS = 0o7777;
const SETGID = 0o2000;

/** Why a path is not what the commit says; thrown inside this file only. */
class Difference {
  readonly path: string;
  readonly why: string;

  constructor(path: string, why: string) {
    this.path = path;
    this.why = why;
  }
}

/**
 * Reads every byte of a checkout and compares it with the commit: each file's content by its hash, its mode, each symlink's
 * target, each folder's names, no more and no fewer. Nothing that could be changed from elsewhere counts as the same: a hard
 * link, a file of another owner, a folder of another device.
 */
export const compareCheckout = (options: CompareOptions): Comparison => {
  const stats = new FileStats();
  try {
    new Comparer(options, stats).run();
    return { same: true, stats };
  } catch (error) {
    if (error instanceof Difference) return { same: false, path: showName(error.path), why: error.why };
    throw error;
  }
};

class Comparer {
  readonly #options: CompareOptions;
  readonly #stats: FileStats;
  readonly #umask = process.umask();
  readonly #euid = process.geteuid?.() ?? 0;
  readonly #device: number;
  /** Place in the layout: this walk visits its entries in the same order. */
  #next = 0;

  constructor(options: CompareOptions, stats: FileStats) {
    this.#options = options;
    this.#stats = stats;
    this.#device = lstatSync(fsPath(options.root)).dev;
  }

  run(): void {
    this.#folder(this.#options.layout.rootTree, '');
  }

  #folder(tree: string, path: string): void {
    const { root, layout, passedOver } = this.#options;
    const entries = layout.trees.get(tree) ?? [];
    const prefix = path === '' ? '' : `${path}/`;
    const names = this.#system(path, () => readdirSync(fsPath(root + path), 'latin1'));
    const found = path === '' ? names.filter((name) => !passedOver.has(name)) : names;
    if (found.length !== entries.length) {
      const known = new Set(entries.map(({ name }) => name));
      const extra = found.find((name) => !known.has(name));
      if (extra !== undefined) throw new Difference(prefix + extra, 'it is not in the commit');
      throw new Difference(path, 'something is missing in it');
    }
    for (const entry of entries) {
      const below = prefix + entry.name;
      if (entry.kind === 'folder') {
        this.#checkFolder(below);
        this.#folder(entry.id, below);
      } else {
        this.#entry(layout.entries[this.#next++]!);
      }
    }
    this.#options.onProgress?.();
  }

  #checkFolder(path: string): void {
    const stats = this.#lstat(path);
    if (!stats.isDirectory()) throw new Difference(path, 'it is not a folder');
    this.#checkOwner(path, stats, FOLDER_MODE);
  }

  #entry(entry: LayoutEntry): void {
    if (entry.kind === 'gitlink') this.#gitlink(entry.path);
    else if (entry.kind === 'symlink') this.#symlink(entry);
    else this.#file(entry, entry.kind);
  }

  #gitlink(path: string): void {
    this.#checkFolder(path);
    if (this.#options.gitlinks === 'elsewhere') return;
    const names = this.#system(path, () => readdirSync(fsPath(this.#options.root + path)));
    if (names.length > 0) throw new Difference(path, 'the folder of a submodule is not empty');
  }

  #symlink({ path, id, slot }: LayoutEntry): void {
    const stats = this.#lstat(path);
    if (!stats.isSymbolicLink()) throw new Difference(path, 'it is not a symlink');
    if (stats.uid !== this.#euid || stats.nlink !== 1) throw new Difference(path, 'it has another owner or name');
    const target = this.#system(path, () => readlinkSync(fsPath(this.#options.root + path), 'buffer'));
    this.#accept(path, id, target);
    this.#stats.set(slot, stats);
  }

  #file({ path, id, slot }: LayoutEntry, kind: 'file' | 'executable'): void {
    const descriptor = this.#system(path, () => openSync(fsPath(this.#options.root + path), OPEN_FLAGS));
    try {
      const stats = fstatSync(descriptor);
      if (!stats.isFile()) throw new Difference(path, 'it is not a regular file');
      // Before it is read: a sparse file can claim any size.
      if (stats.size > this.#options.maxBytes) throw new Difference(path, 'it is larger than an object may be');
      if (stats.nlink !== 1) throw new Difference(path, 'it has a second name (a hard link)');
      this.#checkOwner(path, stats, FILE_MODE[kind]);
      if (stats.size <= WHOLE_BYTES) this.#accept(path, id, readWhole(descriptor));
      else this.#large(path, id, descriptor, stats.size);
      this.#stats.set(slot, stats);
    } catch (error) {
      if (error instanceof Difference || systemCodeOf(error) === '') throw error;
      throw new Difference(path, `it cannot be read (${systemCodeOf(error)})`);
    } finally {
      closeSync(descriptor);
    }
  }

  #accept(path: string, id: string, data: Buffer): void {
    if (objectId(this.#options.format, 'blob', data) !== id) throw new Difference(path, 'its bytes are other ones');
    this.#options.onBlob?.(id, data);
  }

  #large(path: string, id: string, descriptor: number, size: number): void {
    if (this.#options.onBlob !== undefined) {
      const whole = Buffer.allocUnsafeSlow(size);
      let filled = 0;
      for (let count = -1; count !== 0 && filled < size; filled += count) {
        count = readSync(descriptor, whole, filled, size - filled, null);
      }
      this.#accept(path, id, whole.subarray(0, filled));
      return;
    }
    const hash = createHash(this.#options.format).update(`blob ${size}\0`);
    for (let count = -1; count !== 0; ) {
      count = readSync(descriptor, buffer, 0, WHOLE_BYTES, null);
      hash.update(buffer.subarray(0, count));
    }
    if (hash.digest('hex') !== id) throw new Difference(path, 'its bytes are other ones');
  }

  #checkOwner(path: string, stats: Stats, mode: number): void {
    // A folder below a setgid one is born setgid (shared volumes use that): it gives nobody more rights.
    const permissions = stats.mode & (stats.isDirectory() ? PERMISSIONS & ~SETGID : PERMISSIONS);
    if (stats.dev !== this.#device) throw new Difference(path, 'it is on another device');
    if (stats.uid !== this.#euid) throw new Difference(path, `it belongs to uid ${stats.uid}`);
    if (permissions !== (mode & ~this.#umask)) {
      throw new Difference(path, `its mode is ${permissions.toString(8)}`);
    }
  }

  #lstat(path: string): Stats {
    return this.#system(path, () => lstatSync(fsPath(this.#options.root + path)));
  }

  #system<T>(path: string, call: () => T): T {
    try {
      return call();
    } catch (error) {
      throw new Difference(path, `it cannot be read (${systemCodeOf(error)})`);
    }
  }
}

/** All of a file of at most WHOLE_BYTES; one byte more is read, so that a file that grows is seen. A view of one buffer. */
const readWhole = (descriptor: number): Buffer => {
  // A regular file gives all that is asked for, up to its end: less than that is the end.
  return buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, 0));
};
