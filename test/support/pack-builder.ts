import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import type { ObjectFormat, ObjectType } from './git-objects.ts';
import type { ObjectStore } from './object-store.ts';

interface Lies {
  /** The size that the entry's head declares, in place of the true one. */
  size?: number;
  /** What stands for the zlib stream, in place of the true one. */
  compressed?: Uint8Array;
}

export type PackEntry = Lies &
  (
    | { type: ObjectType; bytes: Uint8Array }
    /** `base` is the place of an earlier entry in the list; `distance` is written as it is. */
    | { type: 'ofs-delta'; delta: Uint8Array; base: number }
    | { type: 'ofs-delta'; delta: Uint8Array; distance: number }
    | { type: 'ref-delta'; delta: Uint8Array; base: string }
    /** A type number that git does not use: 0 or 5. */
    | { type: 'odd'; number: number; bytes: Uint8Array }
  );

export interface PackLies {
  format?: ObjectFormat;
  /** The number of objects in the head. */
  count?: number;
  version?: number;
  /** What stands for the closing hash; empty leaves it out. */
  trailer?: Uint8Array;
  /** Bytes between the last entry and the trailer, which the trailer covers. */
  garbage?: Uint8Array;
  /** Bytes after the trailer. */
  garbageAfterTrailer?: Uint8Array;
}

const TYPE_NUMBER = { commit: 1, tree: 2, blob: 3, tag: 4, 'ofs-delta': 6, 'ref-delta': 7 } as const;

/** An entry's head: the type in three bits, the size in four and then seven bits a byte. */
export const encodeEntryHead = (type: number, size: number): Buffer => {
  const bytes: number[] = [];
  let rest = Math.floor(size / 16);
  let byte = (type << 4) | (size % 16);
  while (rest > 0) {
    bytes.push(byte | 0x80);
    byte = rest % 128;
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...bytes, byte]);
};

/** The distance back to the base of an ofs-delta: big-endian, seven bits a byte, with the offset that makes it unique. */
export const encodeDistance = (distance: number): Buffer => {
  const bytes = [distance % 128];
  let rest = Math.floor(distance / 128);
  while (rest > 0) {
    rest -= 1;
    bytes.unshift((rest % 128) | 0x80);
    rest = Math.floor(rest / 128);
  }
  return Buffer.from(bytes);
};

const baseReference = (entry: PackEntry, offset: number, offsets: readonly number[]): Buffer => {
  if (entry.type === 'ref-delta') return Buffer.from(entry.base, 'hex');
  if (entry.type !== 'ofs-delta') return Buffer.alloc(0);
  return encodeDistance('distance' in entry ? entry.distance : offset - (offsets[entry.base] ?? 0));
};

const encodeEntry = (entry: PackEntry, offset: number, offsets: readonly number[]): Buffer => {
  const content = 'delta' in entry ? entry.delta : entry.bytes;
  const type = entry.type === 'odd' ? entry.number : TYPE_NUMBER[entry.type];
  return Buffer.concat([
    encodeEntryHead(type, entry.size ?? content.length),
    baseReference(entry, offset, offsets),
    entry.compressed ?? deflateSync(content),
  ]);
};

/** A pack of the given entries, in their order, honest but for the lies asked for. */
export const buildPack = (entries: readonly PackEntry[], lies: PackLies = {}): Buffer => {
  const head = Buffer.from('PACK\0\0\0\0\0\0\0\0', 'latin1');
  head.writeUInt32BE(lies.version ?? 2, 4);
  head.writeUInt32BE(lies.count ?? entries.length, 8);
  const parts: Buffer[] = [head];
  const offsets: number[] = [];
  let offset = head.length;
  for (const entry of entries) {
    const encoded = encodeEntry(entry, offset, offsets);
    offsets.push(offset);
    offset += encoded.length;
    parts.push(encoded);
  }
  const body = Buffer.concat([...parts, lies.garbage ?? Buffer.alloc(0)]);
  const trailer =
    lies.trailer ??
    createHash(lies.format ?? 'sha1')
      .update(body)
      .digest();
  return Buffer.concat([body, trailer, lies.garbageAfterTrailer ?? Buffer.alloc(0)]);
};

/** A pack of all that a store holds, whole objects only, served also where git itself would refuse to. */
export const packOfStore = (store: ObjectStore, lies: PackLies = {}): Buffer =>
  buildPack(store.objects(), { format: store.format, ...lies });
