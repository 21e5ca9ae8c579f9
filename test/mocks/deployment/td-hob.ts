/** SIMULATED hardware: the TD hand-off block that TDVF is given and measures (UEFI PI HOBs; dstack's "lite" measurement). */
import { Buffer } from 'node:buffer';

const PAGE = 4096;
/** Accepted ranges of the OVMF that dstack 0.6 has: pages from the base, and how many. */
const BASE_PAGE = 0x800;
const HOB_PAGE = 9;
const ACCEPTED = [
  [0, 6],
  [9, 2],
  [11, 2],
  [16, 16],
] as const;

/** Memory from here on is split around the hole below 4 GiB. */
const SPLIT_FROM = 0xb0000000;
const BELOW_HOLE = 0x80000000;
const ABOVE_HOLE = 0x100000000;

const leb128 = (value: number): number[] => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb128(value >> 7)]);

/** The witness in `measurement.tdx.cbor`: numbers in LEB128. */
export const TD_HOB_WITNESS = Buffer.from([BASE_PAGE, HOB_PAGE, ACCEPTED.length, ...ACCEPTED.flat()].flatMap(leb128));

const resource = (accepted: boolean, start: number, length: number): Buffer => {
  const bytes = Buffer.alloc(48);
  bytes.writeUInt16LE(3, 0);
  bytes.writeUInt16LE(48, 2);
  bytes.writeUInt32LE(accepted ? 0 : 7, 24);
  bytes.writeUInt32LE(7, 28);
  bytes.writeBigUInt64LE(BigInt(start), 32);
  bytes.writeBigUInt64LE(BigInt(length), 40);
  return bytes;
};

const lastRange = (start: number, end: number): readonly Buffer[] =>
  end >= SPLIT_FROM
    ? [resource(false, start, BELOW_HOLE - start), resource(false, ABOVE_HOLE, end - BELOW_HOLE)]
    : [resource(false, start, end - start)];

/** The bytes that are measured, for a machine of that many bytes of memory. */
export const tdHob = (memory: number): Buffer => {
  const ranges: Buffer[] = [];
  let position = 0;
  for (const [delta, pages] of ACCEPTED) {
    const start = (BASE_PAGE + delta) * PAGE;
    if (start > position) ranges.push(resource(false, position, start - position));
    ranges.push(resource(true, start, pages * PAGE));
    position = start + pages * PAGE;
  }
  ranges.push(...lastRange(position, memory));
  const handOff = Buffer.alloc(56);
  handOff.writeUInt16LE(1, 0);
  handOff.writeUInt16LE(56, 2);
  handOff.writeUInt32LE(9, 8);
  const length = handOff.length + 48 * ranges.length;
  handOff.writeBigUInt64LE(BigInt((BASE_PAGE + HOB_PAGE) * PAGE + length + 8), 48);
  return Buffer.concat([handOff, ...ranges]);
};
