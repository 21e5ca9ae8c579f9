import { EvidenceError } from './errors.ts';
import { copyOf, textOf } from './bytes.ts';

/**
 * Reads SCALE (the Substrate codec), strictly: canonical lengths, UTF-8 strings, nothing beyond the end. `what` names
 * the whole in messages.
 */
export class ScaleReader {
  readonly #bytes: Uint8Array;
  readonly #what: string;
  #at = 0;

  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#what = what;
  }

  /** The next `length` bytes, a copy. */
  raw(length: number, part: string): Uint8Array {
    if (length > this.#bytes.length - this.#at) this.#fail(`${part} is cut off`);
    const bytes = copyOf(this.#bytes, this.#at, this.#at + length);
    this.#at += length;
    return bytes;
  }

  u8(part: string): number {
    return this.raw(1, part)[0] ?? 0;
  }

  /** Four bytes, little-endian. */
  u32(part: string): number {
    return new DataView(this.raw(4, part).buffer).getUint32(0, true);
  }

  /** A compact length of at most `max`; its shortest form only. */
  length(max: number, part: string): number {
    const first = this.u8(part);
    const mode = first & 3;
    let value = first >> 2;
    if (mode === 1) value += this.u8(part) * 2 ** 6;
    if (mode === 2) {
      const [low = 0, middle = 0, high = 0] = this.raw(3, part);
      value += low * 2 ** 6 + middle * 2 ** 14 + high * 2 ** 22;
    }
    // Mode 3 holds 2^30 and more, which is over every limit.
    if (mode === 3 || value > max) {
      throw new EvidenceError('too-large', `${this.#what}: ${part} is longer than ${max}`);
    }
    if ((mode === 1 && value < 2 ** 6) || (mode === 2 && value < 2 ** 14)) {
      this.#fail(`${part} has a length that is not written as short as can be`);
    }
    return value;
  }

  /** A vector of at most `max` bytes. */
  bytes(max: number, part: string): Uint8Array {
    return this.raw(this.length(max, part), part);
  }

  /** A string of at most `max` bytes. */
  string(max: number, part: string): string {
    const text = textOf(this.bytes(max, part));
    if (text === undefined) this.#fail(`${part} is not UTF-8`);
    return text;
  }

  /** Throws unless all was read. */
  end(): void {
    const left = this.#bytes.length - this.#at;
    if (left !== 0) this.#fail(`${left} bytes follow where nothing may`);
  }

  #fail(why: string): never {
    throw new EvidenceError('bad-attestation', `${this.#what}: ${why}`);
  }
}
