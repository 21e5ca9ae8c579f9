import { type DerNode, DerReader, TAG } from './der.ts';
import { Asn1Error } from './errors.ts';

const bad = (what: string, why: string): Asn1Error => new Asn1Error('bad-der', `${what} ${why}`);

/** The octets of an INTEGER or ENUMERATED, as few as can be (X.690 8.3.2). */
const integerOctets = ({ content }: DerNode, what: string): Uint8Array => {
  const [first, second] = content;
  if (first === undefined) throw bad(what, 'is an integer without a byte');
  const padded = second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
  if (padded) throw bad(what, 'is an integer not written as short as can be');
  return content;
};

/** An INTEGER that is not negative, as lower-case hex of even length. */
export const unsignedHex = (node: DerNode, what: string): string => {
  const octets = integerOctets(node, what);
  if (octets[0]! >= 0x80) throw bad(what, 'is negative');
  return Buffer.from(octets[0] === 0 && octets.length > 1 ? octets.subarray(1) : octets).toString('hex');
};

/** An INTEGER or ENUMERATED of 0 to `max`, itself at most 2^32 - 1. */
export const smallInteger = (node: DerNode, max: number, what: string): number => {
  const text = unsignedHex(node, what);
  const value = text.length > 8 ? Number.POSITIVE_INFINITY : Number.parseInt(text, 16);
  if (value > max) throw bad(what, `is more than ${max}`);
  return value;
};

/** A BOOLEAN: DER writes 0x00 and 0xff only (X.690 11.1). */
export const booleanOf = ({ content }: DerNode, what: string): boolean => {
  if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff)) throw bad(what, 'is not a boolean of DER');
  return content[0] === 0xff;
};

/** An OBJECT IDENTIFIER in dotted form; each arc fits in 31 bits. */
export const oidOf = ({ content }: DerNode, what: string): string => {
  const arcs: number[] = [];
  let arc = 0;
  let begun = false;
  for (const octet of content) {
    if (!begun && octet === 0x80) throw bad(what, 'is an object identifier not written as short as can be');
    arc = arc * 128 + (octet & 0x7f);
    if (arc > 0x7fffffff) throw bad(what, 'is an object identifier with an arc that is too large');
    begun = octet >= 0x80;
    if (!begun) {
      arcs.push(arc);
      arc = 0;
    }
  }
  const [first, ...rest] = arcs;
  if (begun || first === undefined) throw bad(what, 'is an object identifier that is cut off');
  const top = Math.min(Math.floor(first / 40), 2);
  return [top, first - top * 40, ...rest].join('.');
};

/** A BIT STRING of whole bytes: a signature. A view. */
export const wholeBytes = ({ content }: DerNode, what: string): Uint8Array => {
  if (content[0] !== 0) throw bad(what, 'is not a bit string of whole bytes');
  return content.subarray(1);
};

/**
 * The numbers of the bits that a BIT STRING of named bits sets. Bits that are said to be unused must be zero; zero bits at the end, which
 * X.690 11.2.2 leaves out, are read, because dstack's certificates have them.
 */
export const namedBits = ({ content }: DerNode, what: string): ReadonlySet<number> => {
  const unused = content[0] ?? 8;
  const last = content.length > 1 ? content.at(-1)! : 0;
  const most = content.length > 1 ? 7 : 0;
  if (unused > most || (last & ((1 << unused) - 1)) !== 0) throw bad(what, 'is not a bit string of named bits');
  const bits = new Set<number>();
  for (const [index, octet] of content.subarray(1).entries()) {
    for (let bit = 0; bit < 8; bit++) if ((octet & (0x80 >> bit)) !== 0) bits.add(index * 8 + bit);
  }
  return bits;
};

/** The object identifier of an AlgorithmIdentifier, and its parameters as they stand. */
export interface Algorithm {
  readonly oid: string;
  readonly parameters: DerNode | undefined;
}

export const algorithmOf = (node: DerNode, what: string): Algorithm => {
  const reader = DerReader.inside(node, what);
  const oid = oidOf(reader.next(TAG.oid, 'the algorithm'), what);
  const parameters = reader.done ? undefined : reader.any('the parameters');
  reader.end();
  return { oid, parameters };
};
