import { createHash, type Hash } from 'node:crypto';
import { idLength, type ObjectFormat } from '../objects/object-id.ts';

/** Hashes a pack while it arrives, all but the trailer, of which nobody knows where it begins before the end. */
export class TrailerHash {
  readonly #hash: Hash;
  readonly #bytes: number;
  /** The last bytes that arrived: perhaps the trailer, so not hashed yet. */
  #held: Buffer = Buffer.alloc(0);

  constructor(format: ObjectFormat) {
    this.#hash = createHash(format);
    this.#bytes = idLength(format);
  }

  push(bytes: Buffer): void {
    if (bytes.length >= this.#bytes) {
      this.#hash.update(this.#held);
      this.#hash.update(bytes.subarray(0, bytes.length - this.#bytes));
      this.#held = Buffer.from(bytes.subarray(bytes.length - this.#bytes));
      return;
    }
    const joined = Buffer.concat([this.#held, bytes]);
    const cut = Math.max(0, joined.length - this.#bytes);
    this.#hash.update(joined.subarray(0, cut));
    this.#held = joined.subarray(cut);
  }

  /** The trailer, when it is the hash of all that stands before it; else undefined. To be called once, at the end. */
  finish(): Buffer | undefined {
    const computed = this.#hash.digest();
    return computed.equals(this.#held) ? computed : undefined;
  }
}
