import { hash } from 'node:crypto';
import { idLength, type ObjectFormat } from '../objects/object-id.ts';
import type { PackSummary } from './pack-reader.ts';

const MAGIC = 0xff744f63;
const VERSION = 2;
/** From here on an offset stands in the table of 64-bit offsets. */
const LARGE_OFFSET = 0x8000_0000;

/**
 * The index of a pack, version 2 (gitformat-pack): byte for byte what `git index-pack` writes for the same pack, so that
 * comparing the two compares every id, checksum and offset.
 */
export const encodePackIndex = ({ entries, checksum }: PackSummary, format: ObjectFormat): Buffer => {
  const idBytes = idLength(format);
  const { count } = entries;
  const order = sortById(entries, count);
  let large = 0;
  for (let index = 0; index < count; index++) if (entries.offset(index) >= LARGE_OFFSET) large++;
  const bytes = Buffer.alloc(8 + 256 * 4 + count * (idBytes + 8) + large * 8 + 2 * idBytes);
  bytes.writeUInt32BE(MAGIC, 0);
  bytes.writeUInt32BE(VERSION, 4);
  const ids = 8 + 256 * 4;
  const checksums = ids + count * idBytes;
  const offsets = checksums + count * 4;
  const largeOffsets = offsets + count * 4;
  const fanout = new Uint32Array(256);
  let nextLarge = 0;
  order.forEach((index, place) => {
    const id = entries.idBytes(index);
    fanout[id[0]!]!++;
    id.copy(bytes, ids + place * idBytes);
    bytes.writeUInt32BE(entries.checksum(index), checksums + place * 4);
    const offset = entries.offset(index);
    if (offset < LARGE_OFFSET) {
      bytes.writeUInt32BE(offset, offsets + place * 4);
    } else {
      bytes.writeUInt32BE(LARGE_OFFSET + nextLarge, offsets + place * 4);
      bytes.writeBigUInt64BE(BigInt(offset), largeOffsets + nextLarge++ * 8);
    }
  });
  let total = 0;
  for (let byte = 0; byte < 256; byte++) {
    total += fanout[byte]!;
    bytes.writeUInt32BE(total, 8 + byte * 4);
  }
  const trailer = bytes.length - 2 * idBytes;
  checksum.copy(bytes, trailer);
  hash(format, bytes.subarray(0, trailer + idBytes), 'buffer').copy(bytes, trailer + idBytes);
  return bytes;
};

const sortById = (entries: PackSummary['entries'], count: number): Uint32Array => {
  const order = new Uint32Array(count);
  const prefixes = new Float64Array(count);
  for (let index = 0; index < count; index++) {
    order[index] = index;
    prefixes[index] = entries.idBytes(index).readUIntBE(0, 6);
  }
  // The first six bytes nearly always decide; a number compares faster than bytes.
  return order.sort((a, b) => prefixes[a]! - prefixes[b]! || entries.idBytes(a).compare(entries.idBytes(b)));
};
