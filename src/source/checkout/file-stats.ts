import type { Stats } from 'node:fs';

/** Words of an index entry that come from the file system, in its order but for the mode (gitformat-index). */
const WORDS = 9;

/** What git's index remembers of each placed file, so that `git status` need not read them all. */
export class FileStats {
  readonly #words: Uint32Array;

  constructor(count: number) {
    this.#words = new Uint32Array(count * WORDS);
  }

  set(index: number, stats: Stats): void {
    const at = index * WORDS;
    this.#words[at] = stats.ctimeMs / 1000;
    this.#words[at + 2] = stats.mtimeMs / 1000;
    this.#words[at + 4] = stats.dev;
    // Inode numbers and sizes are kept modulo 2^32, as git does.
    this.#words[at + 5] = stats.ino;
    this.#words[at + 6] = stats.uid;
    this.#words[at + 7] = stats.gid;
    this.#words[at + 8] = stats.size;
  }

  /** The nine words: ctime (s, ns), mtime (s, ns), dev, ino, uid, gid, size. */
  get(index: number): Uint32Array {
    return this.#words.subarray(index * WORDS, (index + 1) * WORDS);
  }
}
