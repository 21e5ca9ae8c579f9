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
  for (let place = 0; place < count; place++) {
    const index = order[place]!;
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
  }
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

/**
 * The entries in the order of their ids. Sorting numbers without a comparison function is several times faster, so the first
 * bits of the id and the entry's place are put into one number; the few that share those bits are put right after.
 */
const sortById = (entries: PackSummary['entries'], count: number): Uint32Array => {
  const placeBits = Math.max(1, Math.ceil(Math.log2(count + 1)));
  const places = 2 ** placeBits;
  // A number holds 53 bits exactly.
  const dropped = 2 ** Math.max(0, 48 - (53 - placeBits));
  const keys = new Float64Array(count);
  for (let index = 0; index < count; index++) {
    keys[index] = Math.floor(entries.idBytes(index).readUIntBE(0, 6) / dropped) * places + index;
  }
  keys.sort();
  const order = Uint32Array.from(keys, (key) => key % places);
  const prefix = (at: number): number => Math.floor(keys[at]! / places);
  for (let at = 1; at < count; at++) {
    for (let back = at; back > 0 && prefix(back) === prefix(back - 1); back--) {
      if (entries.idBytes(order[back - 1]!).compare(entries.idBytes(order[back]!)) <= 0) break;
      [order[back - 1], order[back]] = [order[back]!, order[back - 1]!];
    }
  }
  return order;
};
