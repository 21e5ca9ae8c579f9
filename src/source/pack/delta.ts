import { SourceError } from '../errors.ts';

const malformed = (what: string): SourceError =>
  new SourceError('delta-malformed', `a delta in the pack is malformed: ${what}`);

/** A size in the header of a delta: seven bits a byte, lowest first. */
const readSize = (delta: Buffer, start: number): { value: number; next: number } => {
  let value = 0;
  let factor = 1;
  let position = start;
  for (;;) {
    const byte = delta[position++];
    if (byte === undefined || factor > 2 ** 42) throw malformed('its size does not end');
    value += (byte & 0x7f) * factor;
    factor *= 128;
    if (byte < 0x80) return { value, next: position };
  }
};

/** git refuses a shorter one (`DELTA_SIZE_MIN`), and both readers of a pack must agree. */
const MIN_BYTES = 4;

/** The sizes that a delta declares for its base and its result, without applying it. */
export const deltaSizes = (delta: Buffer): { base: number; result: number; next: number } => {
  const base = readSize(delta, 0);
  const result = readSize(delta, base.next);
  return { base: base.value, result: result.value, next: result.next };
};

/**
 * Applies a delta to its base (gitformat-pack, "Deltified representation").
 * @param maxBytes bound on the result, checked before anything is allocated
 * @throws SourceError `delta-malformed` when sizes, offsets or instructions do not fit
 */
export const applyDelta = (base: Buffer, delta: Buffer, maxBytes: number): Buffer => {
  const sizes = deltaSizes(delta);
  if (delta.length < MIN_BYTES) throw malformed(`it has ${delta.length} bytes`);
  if (sizes.base !== base.length)
    throw malformed(`it wants a base of ${sizes.base} bytes, the base has ${base.length}`);
  if (sizes.result > maxBytes) throw malformed(`it makes ${sizes.result} bytes, more than ${maxBytes}`);
  const result = Buffer.allocUnsafe(sizes.result);
  const end = delta.length;
  let position = sizes.next;
  let written = 0;
  while (position < end) {
    const op = delta[position++]!;
    if (op & 0x80) {
      let offset = 0;
      let size = 0;
      // Missing bytes at the end read as undefined; `| 0` would hide that, so the end is checked once after the reads.
      if (op & 0x01) offset = delta[position++]!;
      if (op & 0x02) offset |= delta[position++]! << 8;
      if (op & 0x04) offset |= delta[position++]! << 16;
      if (op & 0x08) offset += delta[position++]! * 0x1000000;
      if (op & 0x10) size = delta[position++]!;
      if (op & 0x20) size |= delta[position++]! << 8;
      if (op & 0x40) size |= delta[position++]! << 16;
      if (size === 0) size = 0x10000;
      if (position > end) throw malformed('it ends inside an instruction');
      if (offset + size > base.length || written + size > result.length) throw malformed('it copies out of bounds');
      base.copy(result, written, offset, offset + size);
      written += size;
    } else {
      if (op === 0) throw malformed('it holds the reserved instruction 0');
      if (position + op > end || written + op > result.length) throw malformed('it inserts out of bounds');
      delta.copy(result, written, position, position + op);
      position += op;
      written += op;
    }
  }
  if (written !== result.length) throw malformed(`it makes ${written} bytes and declares ${result.length}`);
  return result;
};
