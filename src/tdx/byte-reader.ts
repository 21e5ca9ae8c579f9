import { TdxError } from './errors.ts';

/** Reads a quote from the front; numbers are little-endian. Bytes come as views. Throws `bad-quote` at the end of the bytes. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get offset(): number {
    return this.#offset;
  }

  get left(): number {
    return this.#bytes.length - this.#offset;
  }

  take(length: number, what: string): Uint8Array {
    if (length > this.left) {
      throw new TdxError(
        'bad-quote',
        `the quote is cut off in ${what}: ${length} bytes are due, ${this.left} are left`,
      );
    }
    this.#offset += length;
    return this.#bytes.subarray(this.#offset - length, this.#offset);
  }

  u16(what: string): number {
    const [low = 0, high = 0] = this.take(2, what);
    return low + high * 256;
  }

  u32(what: string): number {
    return this.u16(what) + this.u16(what) * 65536;
  }

  /** Throws `bad-quote` unless all was read. */
  end(what: string): void {
    if (this.left !== 0) throw new TdxError('bad-quote', `${this.left} bytes follow ${what} where nothing may`);
  }
}
