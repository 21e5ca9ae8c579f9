import type { KeyObject } from 'node:crypto';
import { DerReader, readDer, TAG } from '../asn1/der.ts';
import { unsignedHex } from '../asn1/values.ts';
import { ProvenanceError } from './errors.ts';

/** y² = x³ - 3x + b over the field of p elements, with a base point of the prime order n. */
interface Curve {
  readonly p: bigint;
  readonly b: bigint;
  readonly n: bigint;
  readonly base: Point;
}

/** A point as X : Y : Z, that is (X/Z, Y/Z); the point at infinity is 0 : 1 : 0. */
type Point = readonly [bigint, bigint, bigint];

/** NIST SP 800-186, 3.2.1.3 and 3.2.1.4; names as node:crypto gives them. */
const CURVES: Readonly<Record<string, Curve>> = {
  prime256v1: {
    p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
    n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    base: [
      0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
      0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
      1n,
    ],
  },
  secp384r1: {
    p: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffffn,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
    n: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
    base: [
      0xaa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7n,
      0x3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5fn,
      1n,
    ],
  },
};

const INFINITY: Point = [0n, 1n, 0n];

const mod = (value: bigint, by: bigint): bigint => ((value % by) + by) % by;

/** By Euclid's algorithm; `value` and `by` have no common divisor. */
const inverse = (value: bigint, by: bigint): bigint => {
  let [r, next] = [by, value];
  let [t, nextT] = [0n, 1n];
  while (next !== 0n) {
    const quotient = r / next;
    [r, next] = [next, r - quotient * next];
    [t, nextT] = [nextT, t - quotient * nextT];
  }
  return mod(t, by);
};

/** For all pairs of points alike, equal ones and infinity included (Renes, Costello, Batina, eprint 2015/1060, section 3.1; a = -3). */
const add = ([x1, y1, z1]: Point, [x2, y2, z2]: Point, { p, b }: Curve): Point => {
  const [xx, yy, zz] = [x1 * x2, y1 * y2, z1 * z2];
  const [xy, yz, xz] = [x1 * y2 + x2 * y1, y1 * z2 + y2 * z1, mod(x1 * z2 + x2 * z1, p)];
  const middle = mod(3n * (b * zz - xz), p);
  const [less, more] = [mod(yy - middle, p), mod(yy + middle, p)];
  const tangent = mod(3n * (xx - zz), p);
  const other = mod(3n * (b * xz - xx - 3n * zz), p);
  return [mod(xy * less - yz * other, p), mod(tangent * other + more * less, p), mod(yz * more + xy * tangent, p)];
};

/** The sum of u·one and v·other, with one doubling a bit for both (Shamir's trick). */
const sumOf = (u: bigint, one: Point, v: bigint, other: Point, curve: Curve): Point => {
  const both = add(one, other, curve);
  const bits = curve.n.toString(2).length;
  let sum = INFINITY;
  for (let bit = BigInt(bits - 1); bit >= 0n; bit--) {
    sum = add(sum, sum, curve);
    const [first, second] = [(u >> bit) & 1n, (v >> bit) & 1n];
    if (first === 1n) sum = add(sum, second === 1n ? both : one, curve);
    else if (second === 1n) sum = add(sum, other, curve);
  }
  return sum;
};

const coordinate = (text: unknown): bigint => BigInt(`0x${Buffer.from(String(text), 'base64url').toString('hex')}`);

const partsOf = (signature: Uint8Array): readonly [bigint, bigint] => {
  const what = 'the signature';
  const reader = DerReader.inside(readDer(signature, TAG.sequence, what), what);
  const [r, s] = [reader.next(TAG.integer, 'r'), reader.next(TAG.integer, 's')];
  reader.end();
  return [BigInt(`0x${unsignedHex(r, what)}`), BigInt(`0x${unsignedHex(s, what)}`)];
};

/**
 * Whether an ECDSA signature (DER) is the key's over something of which only the SHA-256 `digest` is at hand (FIPS 186-5, 6.4.2):
 * node:crypto wants the thing itself. Everything in it is public, so how long it takes tells nobody anything. Throws
 * {@link ProvenanceError} `unsupported-key` for a key of another kind, and Asn1Error for what is no signature.
 */
export const verifyDigest = (digest: Uint8Array, key: KeyObject, signature: Uint8Array): boolean => {
  const curve = CURVES[key.asymmetricKeyDetails?.namedCurve ?? ''];
  if (curve === undefined) {
    throw new ProvenanceError('unsupported-key', 'without its bytes, a message is verified with P-256 and P-384 only', {
      hint: 'give the message itself',
    });
  }
  const { p, n } = curve;
  const [r, s] = partsOf(signature);
  if (r === 0n || s === 0n || r >= n || s >= n) return false;
  // A digest of 32 bytes is never longer than the order of these curves, so nothing is cut off.
  const e = BigInt(`0x${Buffer.from(digest).toString('hex')}`);
  const w = inverse(s, n);
  const { x, y } = key.export({ format: 'jwk' });
  const [sumX, , sumZ] = sumOf(mod(e * w, n), curve.base, mod(r * w, n), [coordinate(x), coordinate(y), 1n], curve);
  return sumZ !== 0n && mod(sumX * inverse(sumZ, p), p) % n === r;
};
