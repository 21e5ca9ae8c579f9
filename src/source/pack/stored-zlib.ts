/** Largest block of a deflate stream that is not compressed (RFC 1951, 3.2.4). */
const MAX_BLOCK_BYTES = 0xffff;
/** The checksum's modulus, and how many bytes may be added before it must be taken (RFC 1950, 9). */
const ADLER_MODULUS = 65521;
const ADLER_RUN = 3800;

/** The checksum at the end of a zlib stream (RFC 1950). */
const adler32 = (data: Uint8Array): number => {
  let a = 1;
  let b = 0;
  for (let start = 0; start < data.length; start += ADLER_RUN) {
    const end = Math.min(start + ADLER_RUN, data.length);
    for (let at = start; at < end; at++) {
      a += data[at]!;
      b += a;
    }
    a %= ADLER_MODULUS;
    b %= ADLER_MODULUS;
  }
  return b * 0x10000 + a;
};

/** `data` as a zlib stream that is not compressed: for many small objects this is much faster than a call of zlib each. */
export const storedZlib = (data: Buffer): Buffer => {
  const blocks = Math.max(1, Math.ceil(data.length / MAX_BLOCK_BYTES));
  const bytes = Buffer.allocUnsafe(2 + blocks * 5 + data.length + 4);
  bytes.writeUInt16BE(0x7801, 0);
  let at = 2;
  for (let block = 0; block < blocks; block++) {
    const part = data.subarray(block * MAX_BLOCK_BYTES, (block + 1) * MAX_BLOCK_BYTES);
    bytes[at] = block === blocks - 1 ? 1 : 0;
    bytes.writeUInt16LE(part.length, at + 1);
    bytes.writeUInt16LE(~part.length & MAX_BLOCK_BYTES, at + 3);
    part.copy(bytes, at + 5);
    at += 5 + part.length;
  }
  bytes.writeUInt32BE(adler32(data), at);
  return bytes;
};
