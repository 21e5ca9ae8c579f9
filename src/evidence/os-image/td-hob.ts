import { EvidenceError } from '../errors.ts';
import { MAX_HOB_RANGES } from '../limits.ts';
import { Leb128Reader } from './leb128.ts';

const NAME = 'the TD HOB witness';
const PAGE = 4096;
const GIB = 2 ** 30;
/** QEMU's q35 machine puts RAM above this size in two parts, below 2 GiB and from 4 GiB on. */
const SPLIT_FROM = 0xb0000000;
const LOW_END = 2 * GIB;
const HIGH_START = 4 * GIB;
/** 64 TiB: no TD has more, and every sum below stays exact. */
const MAX_MEMORY = 2 ** 46;
/** PI specification, vol. 3: EFI_HOB_TYPE_HANDOFF, EFI_HOB_TYPE_RESOURCE_DESCRIPTOR and their sizes. */
const HANDOFF = { type: 1, length: 56, version: 9 };
const RESOURCE = { type: 3, length: 48, attribute: 7 };
/** EFI_RESOURCE_SYSTEM_MEMORY, and EFI_RESOURCE_MEMORY_UNACCEPTED. */
const MEMORY = { accepted: 0, unaccepted: 7 };
const END_HOB_BYTES = 8;
/** The firmware keeps its list in low memory; beyond, sums could lose digits. */
const MAX_HOB_BASE = HIGH_START;

interface Range {
  /** Bytes from address 0. */
  readonly start: number;
  readonly end: number;
  readonly accepted: boolean;
}

interface Witness {
  readonly hobBase: number;
  /** What the firmware accepted before it made the list. */
  readonly accepted: readonly Range[];
}

const bad = (what: string): EvidenceError => new EvidenceError('bad-measurement', `${NAME} ${what}`);

const readWitness = (bytes: Uint8Array): Witness => {
  const reader = new Leb128Reader(bytes, NAME);
  const basePage = reader.next();
  const hobBase = (basePage + reader.next()) * PAGE;
  const count = reader.next();
  if (count > MAX_HOB_RANGES) throw bad(`has ${count} ranges, more than ${MAX_HOB_RANGES}`);
  const accepted: Range[] = [];
  for (let i = 0; i < count; i++) {
    const first = basePage + reader.next();
    accepted.push({ start: first * PAGE, end: (first + reader.next()) * PAGE, accepted: true });
  }
  reader.end();
  if (hobBase > MAX_HOB_BASE) throw bad('puts the list beyond 4 GiB');
  return { hobBase, accepted };
};

/** All of memory as ranges, the accepted ones cut out of what is not. */
const rangesOf = (accepted: readonly Range[], memorySize: number): readonly Range[] => {
  const ranges: Range[] = [];
  let at = 0;
  for (const range of accepted) {
    // What is not below 2 GiB is not where firmware accepts memory; this bounds every sum as well.
    if (range.start < at || range.start === range.end || range.end > LOW_END) {
      throw bad('holds a range that is empty, out of order or beyond 2 GiB');
    }
    if (range.start > at) ranges.push({ start: at, end: range.start, accepted: false });
    ranges.push(range);
    at = range.end;
  }
  if (at < memorySize) ranges.push({ start: at, end: memorySize, accepted: false });
  return ranges;
};

/** The last range goes on behind the hole below 4 GiB where memory is large. */
const split = (ranges: readonly Range[], memorySize: number): readonly Range[] => {
  const last = ranges.at(-1);
  if (last === undefined || memorySize < SPLIT_FROM) return ranges;
  const above = { ...last, start: HIGH_START, end: HIGH_START + (memorySize - LOW_END) };
  // Nothing is left below the hole where the firmware accepted all of it.
  if (last.start === LOW_END) throw bad('accepts all memory below 2 GiB');
  return [...ranges.slice(0, -1), { ...last, end: LOW_END }, above];
};

/**
 * The list of hand-off blocks that the firmware gave itself and measured first into RTMR0, from the image's witness
 * and the size of memory in bytes, without the 8-byte block that ends it (dstack-mr, PI specification vol. 3). Throws
 * {@link EvidenceError} `bad-measurement`, and `unsupported-image` for sizes other than 2 GiB and from 0xB0000000 on.
 */
export const tdHob = (witness: Uint8Array, memorySize: number): Uint8Array => {
  if ((memorySize !== LOW_END && memorySize < SPLIT_FROM) || memorySize > MAX_MEMORY) {
    throw new EvidenceError('unsupported-image', `memory of ${memorySize} bytes is not supported`, {
      hint: 'it is 2 GiB or at least 2.75 GiB where the image can be recomputed',
    });
  }
  const { hobBase, accepted } = readWitness(witness);
  const ranges = split(rangesOf(accepted, memorySize), memorySize);
  const size = HANDOFF.length + ranges.length * RESOURCE.length;
  const view = new DataView(new ArrayBuffer(size));
  view.setUint16(0, HANDOFF.type, true);
  view.setUint16(2, HANDOFF.length, true);
  view.setUint32(8, HANDOFF.version, true);
  view.setBigUint64(48, BigInt(hobBase + size + END_HOB_BYTES), true);
  for (const [index, range] of ranges.entries()) {
    const at = HANDOFF.length + index * RESOURCE.length;
    view.setUint16(at, RESOURCE.type, true);
    view.setUint16(at + 2, RESOURCE.length, true);
    view.setUint32(at + 24, range.accepted ? MEMORY.accepted : MEMORY.unaccepted, true);
    view.setUint32(at + 28, RESOURCE.attribute, true);
    view.setBigUint64(at + 32, BigInt(range.start), true);
    view.setBigUint64(at + 40, BigInt(range.end - range.start), true);
  }
  return new Uint8Array(view.buffer);
};
