/** Bytes kept for delta bases. Measured: a larger cache saves no time, packs keep bases near what is built on them. */
const CACHE_BYTES = 4 * 1024 * 1024;
const LARGEST_CACHED_BYTES = CACHE_BYTES / 4;

/** The objects that were read last, by entry index, up to a fixed number of bytes. */
export class ObjectCache {
  #bytes = 0;
  readonly #objects = new Map<number, Buffer>();

  get(index: number): Buffer | undefined {
    const data = this.#objects.get(index);
    if (data !== undefined) {
      this.#objects.delete(index);
      this.#objects.set(index, data);
    }
    return data;
  }

  set(index: number, data: Buffer): void {
    if (data.length > LARGEST_CACHED_BYTES || this.#objects.has(index)) return;
    this.#objects.set(index, data);
    this.#bytes += data.length;
    for (const [oldest, old] of this.#objects) {
      if (this.#bytes <= CACHE_BYTES) break;
      this.#objects.delete(oldest);
      this.#bytes -= old.length;
    }
  }
}
