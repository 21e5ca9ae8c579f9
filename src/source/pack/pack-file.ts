import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { writeAllSync } from '../workdir/files.ts';
import { SourceError } from '../errors.ts';

/** Where a reader of packs keeps what it was given, to read parts of it again. */
export interface PackStore {
  /** Bytes given so far. */
  readonly length: number;
  append(bytes: Buffer): void;
  /** Bytes `start` up to `end`, which must have been given. */
  read(start: number, end: number): Buffer;
}

/** The pack on disk while it arrives: written once, in order, and read back where an object is needed again. */
export class PackFile implements PackStore {
  readonly path: string;
  length = 0;
  #descriptor: number;

  constructor(path: string) {
    this.path = path;
    this.#descriptor = openSync(path, 'wx+', 0o644);
  }

  append(bytes: Buffer): void {
    writeAllSync(this.#descriptor, bytes);
    this.length += bytes.length;
  }

  read(start: number, end: number): Buffer {
    return readFully(this.#descriptor, start, end);
  }

  close(): void {
    if (this.#descriptor < 0) return;
    closeSync(this.#descriptor);
    this.#descriptor = -1;
  }
}

/** A pack that is there already: `append` only says how far it has been fed to the reader. */
export class StoredPack implements PackStore {
  length = 0;
  readonly size: number;
  readonly #descriptor: number;

  /**
   * @param path an inherited file: opened through no symlink, a regular file of ours with one name
   * @throws SourceError `pack-malformed` when it is something else
   */
  constructor(path: string | Buffer) {
    this.#descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stats = fstatSync(this.#descriptor);
    this.size = stats.size;
    if (stats.isFile() && stats.nlink === 1 && stats.uid === process.geteuid?.()) return;
    closeSync(this.#descriptor);
    throw new SourceError('pack-malformed', 'the inherited pack is not a plain file of ours');
  }

  append(bytes: Buffer): void {
    this.length += bytes.length;
  }

  read(start: number, end: number): Buffer {
    return readFully(this.#descriptor, start, end);
  }

  /** All of it, in pieces. */
  *chunks(): Generator<Buffer> {
    for (let at = 0; at < this.size; at += CHUNK_BYTES) yield this.read(at, Math.min(this.size, at + CHUNK_BYTES));
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

const CHUNK_BYTES = 256 * 1024;

const readFully = (descriptor: number, start: number, end: number): Buffer => {
  const bytes = Buffer.allocUnsafe(end - start);
  let done = 0;
  while (done < bytes.length) {
    const count = readSync(descriptor, bytes, done, bytes.length - done, start + done);
    if (count === 0) throw new SourceError('pack-malformed', 'the pack was cut short while it was read');
    done += count;
  }
  return bytes;
};
