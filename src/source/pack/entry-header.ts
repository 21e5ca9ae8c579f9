import { SourceError } from '../errors.ts';
import type { ObjectType } from '../objects/object-id.ts';

/** Object types in a pack (gitformat-pack). */
export const PACK_TYPE = { commit: 1, tree: 2, blob: 3, tag: 4, ofsDelta: 6, refDelta: 7 } as const;

/** Whole objects by their type in a pack; undefined for deltas. */
export const TYPE_OF_CODE: readonly (ObjectType | undefined)[] = [undefined, 'commit', 'tree', 'blob', 'tag'];

export interface EntryHeader {
  type: number;
  /** Declared size of the inflated data; of the delta itself for the two delta types. */
  size: number;
  /** Distance back to the base of an ofs-delta, else 0. */
  distance: number;
  /** Hex id of the base of a ref-delta, else empty. */
  baseId: string;
  /** Bytes that the header takes. */
  length: number;
}

/** Longest header: a size of eight bytes, and an offset of eight bytes or an id. */
export const MAX_ENTRY_HEADER_BYTES = 8 + 32;

const malformed = (offset: number, what: string): SourceError =>
  new SourceError('pack-malformed', `the pack is malformed at byte ${offset}: ${what}`);

/**
 * Reads the header of one pack entry.
 * @param offset where it stands in the pack, for messages
 * @returns undefined when `bytes` ends inside the header
 * @throws SourceError `pack-malformed`
 */
export const readEntryHeader = (
  bytes: Buffer,
  start: number,
  offset: number,
  idBytes: number,
): EntryHeader | undefined => {
  let position = start;
  let byte = bytes[position++];
  if (byte === undefined) return undefined;
  const type = (byte >> 4) & 7;
  let size = byte & 15;
  let factor = 16;
  while (byte >= 0x80) {
    byte = bytes[position++];
    if (byte === undefined) return undefined;
    if (factor > 2 ** 46) throw malformed(offset, 'a size does not end');
    size += (byte & 0x7f) * factor;
    factor *= 128;
  }
  if (type === 0 || type === 5) throw malformed(offset, `there is no object type ${type}`);
  let distance = 0;
  let baseId = '';
  if (type === PACK_TYPE.ofsDelta) {
    byte = bytes[position++];
    if (byte === undefined) return undefined;
    distance = byte & 0x7f;
    while (byte >= 0x80) {
      byte = bytes[position++];
      if (byte === undefined) return undefined;
      distance = (distance + 1) * 128 + (byte & 0x7f);
      if (distance > Number.MAX_SAFE_INTEGER / 256) throw malformed(offset, 'a base offset does not end');
    }
    if (distance <= 0 || distance > offset) throw malformed(offset, 'the base of a delta lies before the pack');
  } else if (type === PACK_TYPE.refDelta) {
    if (position + idBytes > bytes.length) return undefined;
    baseId = bytes.toString('hex', position, position + idBytes);
    position += idBytes;
  }
  return { type, size, distance, baseId, length: position - start };
};

/** The header bytes of an undeltified entry. */
export const encodeEntryHeader = (type: number, size: number): Buffer => {
  const bytes: number[] = [];
  let rest = Math.floor(size / 16);
  bytes.push((type << 4) | (size % 16) | (rest > 0 ? 0x80 : 0));
  while (rest > 0) {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(low | (rest > 0 ? 0x80 : 0));
  }
  return Buffer.from(bytes);
};
