import { createHash } from 'node:crypto';

const digest = (algorithm: string, parts: readonly Uint8Array[]): Uint8Array => {
  const hash = createHash(algorithm);
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
};

/** The hash of the parts, one after the other. */
export const sha256 = (...parts: readonly Uint8Array[]): Uint8Array => digest('sha256', parts);
export const sha384 = (...parts: readonly Uint8Array[]): Uint8Array => digest('sha384', parts);
export const sha512 = (...parts: readonly Uint8Array[]): Uint8Array => digest('sha512', parts);
export const sha3of384 = (...parts: readonly Uint8Array[]): Uint8Array => digest('sha3-384', parts);

/** Whether both hold the same bytes. */
export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** A copy of the bytes from `from` to `to`. `Buffer.slice` would be a view of what the caller keeps. */
export const copyOf = (bytes: Uint8Array, from: number, to: number): Uint8Array =>
  new Uint8Array(bytes.subarray(from, to));

export const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

/** Text in UTF-8. */
export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Text of UTF-8 bytes, a byte order mark kept; undefined where they are none. */
export const textOf = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
};

export const u32le = (value: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
};

export const u64le = (value: bigint): Uint8Array => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
};
