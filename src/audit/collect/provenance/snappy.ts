import { CollectError } from '../errors.ts';

const bad = (why: string): CollectError => new CollectError('bad-answer', `the snappy block ${why}`);

/** Digits of a varint of 32 bits. */
const MAX_VARINT_BYTES = 5;

interface Cursor {
  at: number;
}

const readByte = (block: Uint8Array, cursor: Cursor): number => {
  const byte = block[cursor.at++];
  if (byte === undefined) throw bad('ends in the middle');
  return byte;
};

const readLength = (block: Uint8Array, cursor: Cursor): number => {
  let length = 0;
  for (let digit = 0; digit < MAX_VARINT_BYTES; digit++) {
    const byte = readByte(block, cursor);
    length += (byte & 0x7f) * 2 ** (7 * digit);
    if (byte < 0x80) return length;
  }
  throw bad('has no valid length');
};

const readLittleEndian = (block: Uint8Array, cursor: Cursor, bytes: number): number => {
  let value = 0;
  for (let index = 0; index < bytes; index++) value += readByte(block, cursor) * 2 ** (8 * index);
  return value;
};

/** Copies what was written already; source and target may overlap, which repeats a pattern. */
const copyBack = (output: Uint8Array, at: number, offset: number, length: number): void => {
  if (offset === 0 || offset > at) throw bad('refers to what is in front of it');
  if (length > output.length - at) throw bad('is longer than it says');
  for (let index = at; index < at + length; index++) output[index] = output[index - offset]!;
};

/**
 * What a raw snappy block holds (google/snappy, format_description.txt), at most `maxBytes`; the length that it states
 * is looked at before anything is allocated, and must be met exactly. The framed format is another one. Throws
 * CollectError `bad-answer`, `too-large`.
 */
export const decodeSnappy = (block: Uint8Array, maxBytes: number): Uint8Array => {
  const cursor: Cursor = { at: 0 };
  const length = readLength(block, cursor);
  if (length > maxBytes) {
    throw new CollectError('too-large', `the snappy block inflates to ${length} bytes, more than ${maxBytes}`);
  }
  const output = new Uint8Array(length);
  let written = 0;
  while (cursor.at < block.length) {
    const tag = readByte(block, cursor);
    const upper = tag >> 2;
    if ((tag & 3) === 0) {
      // From 60 on the number says how many bytes the length has.
      const size = (upper < 60 ? upper : readLittleEndian(block, cursor, upper - 59)) + 1;
      const literal = block.subarray(cursor.at, cursor.at + size);
      if (literal.length < size) throw bad('ends in the middle');
      if (size > length - written) throw bad('is longer than it says');
      output.set(literal, written);
      cursor.at += size;
      written += size;
      continue;
    }
    const isShort = (tag & 3) === 1;
    const size = isShort ? (upper & 7) + 4 : upper + 1;
    const offset = isShort
      ? (tag >> 5) * 0x100 + readByte(block, cursor)
      : readLittleEndian(block, cursor, (tag & 3) === 2 ? 2 : 4);
    copyBack(output, written, offset, size);
    written += size;
  }
  if (written !== length) throw bad(`holds ${written} bytes and says ${length}`);
  return output;
};
