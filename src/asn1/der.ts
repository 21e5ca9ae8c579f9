import { Asn1Error } from './errors.ts';

/** Larger than any certificate or CRL that is looked at: Intel's largest CRL is under 100 KiB. */
export const MAX_DER_BYTES = 4 * 1024 * 1024;
/** How deep readers may nest: a certificate needs eight. */
export const MAX_DER_DEPTH = 32;

/** Identifier octets (X.690 8.1.2) of what certificates and CRLs are made of. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
  printableString: 0x13,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
} as const;

/** The identifier octet of `[number]`, constructed as EXPLICIT makes it or primitive as IMPLICIT may. */
export const contextTag = (number: number, constructed = true): number => (constructed ? 0xa0 : 0x80) | number;

/** One element. `bytes` and `content` are views of what was read, not copies. */
export interface DerNode {
  readonly tag: number;
  /** Identifier, length and content. */
  readonly bytes: Uint8Array;
  readonly content: Uint8Array;
  readonly depth: number;
}

const hex = (tag: number): string => `0x${tag.toString(16).padStart(2, '0')}`;

/** Reads elements one after the other. `what` names the thing in messages. */
export class DerReader {
  readonly #bytes: Uint8Array;
  readonly #what: string;
  readonly #depth: number;
  #offset = 0;

  /** Throws `too-large` beyond {@link MAX_DER_BYTES}, and `bad-der` beyond {@link MAX_DER_DEPTH}. */
  constructor(bytes: Uint8Array, what: string, depth = 0) {
    if (bytes.length > MAX_DER_BYTES) {
      throw new Asn1Error('too-large', `${what} has ${bytes.length} bytes, more than ${MAX_DER_BYTES}`);
    }
    if (depth > MAX_DER_DEPTH) throw new Asn1Error('bad-der', `${what} is nested deeper than ${MAX_DER_DEPTH}`);
    this.#bytes = bytes;
    this.#what = what;
    this.#depth = depth;
  }

  /** A reader of what is inside a constructed element. */
  static inside(node: DerNode, what: string): DerReader {
    return new DerReader(node.content, what, node.depth + 1);
  }

  get done(): boolean {
    return this.#offset === this.#bytes.length;
  }

  /** The next element, which must have this tag. */
  next(tag: number, part: string): DerNode {
    const node = this.any(part);
    if (node.tag !== tag) this.#fail(`${part} has tag ${hex(node.tag)}, not ${hex(tag)}`);
    return node;
  }

  /** The next element if it has this tag; else nothing is consumed. */
  optional(tag: number, part: string): DerNode | undefined {
    return !this.done && this.#bytes[this.#offset] === tag ? this.any(part) : undefined;
  }

  /** The next element, whatever it is. Lengths are definite and as short as can be (X.690 10.1). */
  any(part: string): DerNode {
    const start = this.#offset;
    const tag = this.#octet(start, part);
    if ((tag & 0x1f) === 0x1f) this.#fail(`${part} has a tag of more than one byte`);
    const first = this.#octet(start + 1, part);
    let length = first;
    let from = start + 2;
    if (first >= 0x80) {
      const count = first & 0x7f;
      // Four bytes hold every length up to the cap; 0x80 alone would be the indefinite form.
      if (count === 0 || count > 4)
        this.#fail(`${part} has a length of a form that DER does not have or that is too long`);
      length = 0;
      for (let i = 0; i < count; i++) length = length * 256 + this.#octet(from + i, part);
      if (length < 0x80 || length < 256 ** (count - 1))
        this.#fail(`${part} has a length that is not written as short as can be`);
      from += count;
    }
    if (length > this.#bytes.length - from) this.#fail(`${part} is cut off`);
    this.#offset = from + length;
    return {
      tag,
      bytes: this.#bytes.subarray(start, this.#offset),
      content: this.#bytes.subarray(from, this.#offset),
      depth: this.#depth,
    };
  }

  /** Throws `bad-der` unless all was read. */
  end(): void {
    const left = this.#bytes.length - this.#offset;
    if (left !== 0) this.#fail(`${left} bytes follow where nothing may`);
  }

  #octet(at: number, part: string): number {
    const octet = this.#bytes[at];
    if (octet === undefined) this.#fail(`${part} is cut off`);
    return octet;
  }

  #fail(why: string): never {
    throw new Asn1Error('bad-der', `${this.#what}: ${why}`);
  }
}

/** The one element that `bytes` are, with this tag and nothing after it. */
export const readDer = (bytes: Uint8Array, tag: number, what: string): DerNode => {
  const reader = new DerReader(bytes, what);
  const node = reader.next(tag, 'the outermost element');
  reader.end();
  return node;
};
