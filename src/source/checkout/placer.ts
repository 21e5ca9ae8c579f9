import { closeSync, fstatSync, lstatSync, mkdirSync, openSync, symlinkSync } from 'node:fs';
import { limitExceeded, SourceError } from '../errors.ts';
import type { Limits } from '../limits.ts';
import { showName } from '../objects/tree-names.ts';
import { fsPath, writeAllSync } from '../workdir/files.ts';
import { FileStats } from './file-stats.ts';
import type { Layout } from './layout.ts';

/** Modes of what is placed; the umask of the process takes its part. */
export const FOLDER_MODE = 0o755;
export const FILE_MODE = { file: 0o644, executable: 0o755 } as const;

/** Longest symlink target of Linux, without the NUL. */
const MAX_TARGET_BYTES = 4095;

/**
 * Writes the blobs of a commit into a fresh, private folder: folders first, made by us; files created and never opened;
 * symlinks last, so that nothing can be written through one.
 */
export class Placer {
  readonly stats: FileStats;
  readonly #root: string;
  readonly #layout: Layout;
  readonly #limits: Limits;
  /** Where each wanted blob stands: an index of the layout, or several. Taken out once placed. */
  readonly #wanted = new Map<string, number | number[]>();
  readonly #placed = new Set<string>();
  readonly #links: { index: number; target: Buffer }[] = [];
  #bytes = 0;

  /** @param root a folder that is there and empty, one character a byte, with a slash at the end */
  constructor(root: string, layout: Layout, limits: Limits) {
    this.#root = root;
    this.#layout = layout;
    this.#limits = limits;
    this.stats = new FileStats(layout.entries.length);
    for (const folder of layout.folders) mkdirSync(fsPath(root + folder), FOLDER_MODE);
    layout.entries.forEach(({ kind, id }, index) => {
      if (kind === 'gitlink') {
        mkdirSync(fsPath(root + layout.entries[index]!.path), FOLDER_MODE);
        return;
      }
      const before = this.#wanted.get(id);
      if (before === undefined) this.#wanted.set(id, index);
      else if (typeof before === 'number') this.#wanted.set(id, [before, index]);
      else before.push(index);
    });
  }

  /** Places a blob whose id was computed from `data`. @returns false when no path wants it */
  place(id: string, data: Buffer): boolean {
    const indexes = this.#wanted.get(id);
    if (indexes === undefined) return false;
    this.#wanted.delete(id);
    this.#placed.add(id);
    if (typeof indexes === 'number') this.#write(indexes, data);
    else for (const index of indexes) this.#write(index, data);
    return true;
  }

  wasPlaced(id: string): boolean {
    return this.#placed.has(id);
  }

  /** The path of one blob that is still wanted, if any. */
  get missing(): string | undefined {
    for (const indexes of this.#wanted.values()) {
      return this.#layout.entries[typeof indexes === 'number' ? indexes : indexes[0]!]!.path;
    }
    return undefined;
  }

  /** Makes the symlinks, when all files are there. */
  finish(): void {
    for (const { index, target } of this.#links) {
      const path = fsPath(this.#root + this.#layout.entries[index]!.path);
      symlinkSync(target, path);
      this.stats.set(index, lstatSync(path));
    }
  }

  #write(index: number, data: Buffer): void {
    const { path, kind } = this.#layout.entries[index]!;
    this.#bytes += data.length;
    if (this.#bytes > this.#limits.CHECKOUT_BYTES) {
      throw limitExceeded(
        'CHECKOUT_BYTES',
        `the files of the commit come to more than ${this.#limits.CHECKOUT_BYTES} bytes`,
      );
    }
    if (kind === 'symlink') {
      checkTarget(path, data);
      this.#links.push({ index, target: Buffer.from(data) });
      return;
    }
    const descriptor = openSync(
      fsPath(this.#root + path),
      'wx',
      FILE_MODE[kind === 'executable' ? 'executable' : 'file'],
    );
    try {
      if (data.length > 0) writeAllSync(descriptor, data);
      this.stats.set(index, fstatSync(descriptor));
    } finally {
      closeSync(descriptor);
    }
  }
}

/** A symlink leads wherever it says, as data; but Linux cannot hold every target. */
const checkTarget = (path: string, target: Buffer): void => {
  if (target.length > 0 && target.length <= MAX_TARGET_BYTES && !target.includes(0)) return;
  throw new SourceError('symlink-target', `the symlink '${showName(path)}' has a target that no file system can hold`, {
    hint: 'its target is empty, longer than 4095 bytes, or holds a NUL',
  });
};
