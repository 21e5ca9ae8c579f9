import { EvidenceError } from '../errors.ts';

/** Reads unsigned LEB128 integers, each written as short as can be and at most 2^53 - 1. */
export class Leb128Reader {
  readonly #bytes: Uint8Array;
  readonly #what: string;
  #at = 0;

  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#what = what;
  }

  next(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) this.#fail('is cut off');
      value += (byte & 0x7f) * scale;
      if (!Number.isSafeInteger(value)) this.#fail('holds a number beyond 2^53 - 1');
      if (byte < 0x80) {
        if (byte === 0 && scale > 1) this.#fail('holds a number that is not written as short as can be');
        return value;
      }
      scale *= 0x80;
    }
  }

  /** Throws unless all was read. */
  end(): void {
    if (this.#at !== this.#bytes.length) this.#fail('has bytes behind its end');
  }

  #fail(why: string): never {
    throw new EvidenceError('bad-measurement', `${this.#what} ${why}`);
  }
}
