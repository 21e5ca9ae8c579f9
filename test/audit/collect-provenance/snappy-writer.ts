const varint = (value: number): number[] => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)]);

/** A literal element of a snappy block, its length written in the shortest way. */
export const literal = (bytes: Uint8Array): Buffer => {
  const last = bytes.length - 1;
  if (last < 60) return Buffer.concat([Buffer.of(last << 2), bytes]);
  const extra: number[] = [];
  for (let rest = last; rest > 0; rest >>>= 8) extra.push(rest & 0xff);
  return Buffer.concat([Buffer.of((59 + extra.length) << 2, ...extra), bytes]);
};

/** A raw snappy block of the elements given, that says that it holds `length` bytes. */
export const blockOf = (length: number, ...elements: readonly Uint8Array[]): Buffer =>
  Buffer.concat([Buffer.from(varint(length)), ...elements]);

/** Bytes as a block of one literal: valid, if not small. */
export const pack = (bytes: Uint8Array): Buffer => blockOf(bytes.length, literal(bytes));
