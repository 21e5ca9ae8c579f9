import type { PackStore } from './pack-file.ts';

/** Up to this many bytes wait in memory for their turn; beyond it they are read back from the file. */
const WINDOW_BYTES = 1024 * 1024;

/**
 * The part of a pack that is being looked at: the bytes that just arrived where they are still in memory, else read back
 * from the file. So a large object costs its compressed bytes once, and a stalled one costs nothing.
 */
export class PackWindow {
  readonly #file: PackStore;
  /** Where the window begins and ends in the pack. */
  #start = 0;
  #reach = 0;
  #bytes: Buffer = Buffer.alloc(0);
  /** Arrived behind `#bytes` and not joined to it yet. */
  #waiting: Buffer[] = [];

  constructor(file: PackStore) {
    this.#file = file;
  }

  /** Takes note of bytes that were just appended to the file. */
  push(bytes: Buffer): void {
    if (this.#reach !== this.#file.length - bytes.length) return;
    if (this.#reach - this.#start + bytes.length > WINDOW_BYTES) {
      this.#set(0, Buffer.alloc(0));
      return;
    }
    this.#waiting.push(bytes);
    this.#reach += bytes.length;
  }

  /** The bytes from `position` on, up to `end` at least; both must have arrived. */
  from(position: number, end: number): Buffer {
    if (position < this.#start || end > this.#reach) {
      // Read ahead, so that small objects behind a large one do not cost a read each.
      const until = Math.min(this.#file.length, Math.max(end, position + WINDOW_BYTES / 2));
      this.#set(position, this.#file.read(position, until));
    } else if (this.#waiting.length > 0) {
      const rest = this.#bytes.subarray(Math.min(position - this.#start, this.#bytes.length));
      const joined =
        rest.length === 0 && this.#waiting.length === 1 ? this.#waiting[0]! : Buffer.concat([rest, ...this.#waiting]);
      this.#set(this.#reach - joined.length, joined);
    }
    return this.#bytes.subarray(position - this.#start);
  }

  #set(start: number, bytes: Buffer): void {
    this.#start = start;
    this.#bytes = bytes;
    this.#reach = start + bytes.length;
    this.#waiting = [];
  }
}
