import type { Stats } from 'node:fs';

/** Words of an index entry that come from the file system, in its order but for the mode (gitformat-index). */
const WORDS = 9;
const FIRST_SLOTS = 256;

/** What git's index remembers of each placed file, so that `git status` need not read them all; by slot. */
export class FileStats {
  #words = new Uint32Array(FIRST_SLOTS * WORDS);

  set(slot: number, stats: Stats): void {
    const at = slot * WORDS;
    if (at + WORDS > this.#words.length) this.#grow(at + WORDS);
    this.#words[at] = stats.ctimeMs / 1000;
    this.#words[at + 2] = stats.mtimeMs / 1000;
    this.#words[at + 4] = stats.dev;
    // Inode numbers and sizes are kept modulo 2^32, as git does.
    this.#words[at + 5] = stats.ino;
    this.#words[at + 6] = stats.uid;
    this.#words[at + 7] = stats.gid;
    this.#words[at + 8] = stats.size;
  }

  /** The nine words: ctime (s, ns), mtime (s, ns), dev, ino, uid, gid, size; all zero where nothing was set. */
  get(slot: number): Uint32Array {
    const at = slot * WORDS;
    return at + WORDS > this.#words.length ? new Uint32Array(WORDS) : this.#words.subarray(at, at + WORDS);
  }

  #grow(least: number): void {
    const words = new Uint32Array(Math.max(this.#words.length * 2, least));
    words.set(this.#words);
    this.#words = words;
  }
}
