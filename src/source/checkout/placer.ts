import { closeSync, fstatSync, lstatSync, mkdirSync, openSync, symlinkSync } from 'node:fs';
import { limitExceeded, SourceError } from '../errors.ts';
import type { Limits } from '../limits.ts';
import type { TreeEntry } from '../objects/tree.ts';
import { showName } from '../objects/tree-names.ts';
import { fsPath, writeAllSync } from '../workdir/files.ts';
import { FileStats } from './file-stats.ts';
import type { Folder, LeafKind } from './layout.ts';

/** Modes of what is placed; the umask of the process takes its part. */
export const FOLDER_MODE = 0o755;
export const FILE_MODE = { file: 0o644, executable: 0o755 } as const;

/** Longest symlink target of Linux, without the NUL. */
const MAX_TARGET_BYTES = 4095;

/** A path that wants a blob. */
interface Place {
  folder: Folder;
  name: string;
  kind: LeafKind;
  slot: number;
}

/**
 * Writes the blobs of a commit into a fresh, private folder: folders made by us, when the first file wants them; files
 * created and never opened; symlinks last, so that nothing can be written through one. Paths and blobs may come in any
 * order.
 */
export class Placer {
  readonly stats = new FileStats();
  readonly #root: string;
  readonly #limits: Limits;
  readonly #wanted = new Map<string, Place | Place[]>();
  /** Where in the pack each blob is that came. */
  readonly #came = new Map<string, number>();
  readonly #links: { place: Place; target: Buffer }[] = [];
  readonly #gitlinks: Folder[] = [];
  readonly #made = new Set<Folder>();
  #bytes = 0;

  /** @param root a folder that is there and empty, one character a byte, with a slash at the end */
  constructor(root: string, limits: Limits) {
    this.#root = root;
    this.#limits = limits;
  }

  /** A path became known. */
  want(folder: Folder, { name, kind, id }: TreeEntry & { kind: LeafKind }, slot: number): void {
    if (kind === 'gitlink') {
      this.#gitlinks.push({ ...folder, prefix: `${folder.prefix}${name}/`, parent: folder });
      return;
    }
    const place = { folder, name, kind, slot };
    const before = this.#wanted.get(id);
    if (before === undefined) this.#wanted.set(id, place);
    else if (Array.isArray(before)) before.push(place);
    else this.#wanted.set(id, [before, place]);
  }

  /**
   * A blob came, whose id was computed from `data`; it is written to every path that is known to want it.
   * @param index its place in the pack, to read it again
   * @returns false when it came before
   */
  place(id: string, data: Buffer, index: number): boolean {
    if (this.#came.has(id)) return false;
    this.#came.set(id, index);
    this.#writeAll(id, data);
    return true;
  }

  /** A blob that came and that no path wants, if any; `known` holds the ids that paths want. */
  extraBlob(known: ReadonlySet<string>): string | undefined {
    for (const id of this.#came.keys()) if (!known.has(id)) return id;
    return undefined;
  }

  /**
   * When all paths are known and all blobs came: writes what could not be written before, then the symlinks and the folders
   * without files.
   * @param read gives the content of a blob by its place in the pack
   * @returns the path of a blob that did not come, or undefined
   */
  finish(read: (index: number) => Buffer, folders: readonly Folder[]): string | undefined {
    for (const [id, places] of this.#wanted) {
      const index = this.#came.get(id);
      const first = Array.isArray(places) ? places[0]! : places;
      if (index === undefined) return first.folder.prefix + first.name;
      this.#writeAll(id, read(index));
    }
    for (const folder of folders) this.#ensure(folder);
    for (const folder of this.#gitlinks) this.#ensure(folder);
    for (const { place, target } of this.#links) {
      const path = fsPath(this.#root + place.folder.prefix + place.name);
      symlinkSync(target, path);
      this.stats.set(place.slot, lstatSync(path));
    }
    return undefined;
  }

  #writeAll(id: string, data: Buffer): void {
    const places = this.#wanted.get(id);
    if (places === undefined) return;
    this.#wanted.delete(id);
    if (Array.isArray(places)) for (const place of places) this.#write(place, data);
    else this.#write(places, data);
  }

  #write(place: Place, data: Buffer): void {
    const { folder, name, kind, slot } = place;
    this.#bytes += data.length;
    if (this.#bytes > this.#limits.CHECKOUT_BYTES) {
      throw limitExceeded(
        'CHECKOUT_BYTES',
        `the files of the commit come to more than ${this.#limits.CHECKOUT_BYTES} bytes`,
      );
    }
    this.#ensure(folder);
    if (kind === 'symlink') {
      checkTarget(folder.prefix + name, data);
      this.#links.push({ place, target: Buffer.from(data) });
      return;
    }
    const path = fsPath(this.#root + folder.prefix + name);
    const descriptor = openSync(path, 'wx', FILE_MODE[kind === 'executable' ? 'executable' : 'file']);
    try {
      if (data.length > 0) writeAllSync(descriptor, data);
      this.stats.set(slot, fstatSync(descriptor));
    } finally {
      closeSync(descriptor);
    }
  }

  #ensure(folder: Folder): void {
    if (folder.parent === undefined || this.#made.has(folder)) return;
    this.#ensure(folder.parent);
    mkdirSync(fsPath(this.#root + folder.prefix), FOLDER_MODE);
    this.#made.add(folder);
  }
}

/** A symlink leads wherever it says, as data; but Linux cannot hold every target. */
const checkTarget = (path: string, target: Buffer): void => {
  if (target.length > 0 && target.length <= MAX_TARGET_BYTES && !target.includes(0)) return;
  throw new SourceError('symlink-target', `the symlink '${showName(path)}' has a target that no file system can hold`, {
    hint: 'its target is empty, longer than 4095 bytes, or holds a NUL',
  });
};
