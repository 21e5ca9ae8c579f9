/** One step of a delta: bytes of the base, bytes of its own, or raw instruction bytes for what no encoder would write. */
export type DeltaStep =
  | { copy: readonly [offset: number, size: number] }
  | { insert: Uint8Array }
  | { raw: Uint8Array };

export interface DeltaFields {
  baseSize: number;
  resultSize: number;
  steps: readonly DeltaStep[];
}

const LONGEST_INSERT = 127;
const LONGEST_COPY = 0xffffff;

/** A size as it stands at a delta's head: seven bits a byte, lowest first. */
export const encodeVarint = (value: number): Buffer => {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low | 0x80 : low);
  } while (rest > 0);
  return Buffer.from(bytes);
};

const encodeCopy = (offset: number, size: number): Buffer => {
  const operands: number[] = [];
  let opcode = 0x80;
  for (let i = 0; i < 4; i++) {
    const byte = Math.floor(offset / 256 ** i) % 256;
    if (byte === 0) continue;
    opcode |= 1 << i;
    operands.push(byte);
  }
  for (let i = 0; i < 3; i++) {
    const byte = Math.floor(size / 256 ** i) % 256;
    // A copy of 0x10000 bytes is the one that may leave out its size; writing it is as good.
    if (byte === 0) continue;
    opcode |= 0x10 << i;
    operands.push(byte);
  }
  return Buffer.from([opcode, ...operands]);
};

const encodeStep = (step: DeltaStep): Buffer[] => {
  if ('raw' in step) return [Buffer.from(step.raw)];
  const parts: Buffer[] = [];
  if ('copy' in step) {
    let [offset, size] = step.copy;
    for (; size > 0; offset += LONGEST_COPY, size -= LONGEST_COPY) {
      parts.push(encodeCopy(offset, Math.min(size, LONGEST_COPY)));
    }
    return parts;
  }
  for (let at = 0; at < step.insert.length; at += LONGEST_INSERT) {
    const piece = step.insert.subarray(at, at + LONGEST_INSERT);
    parts.push(Buffer.from([piece.length]), Buffer.from(piece));
  }
  return parts;
};

/** A delta's bytes. Both sizes are written as given, true or not. */
export const encodeDelta = ({ baseSize, resultSize, steps }: DeltaFields): Buffer =>
  Buffer.concat([encodeVarint(baseSize), encodeVarint(resultSize), ...steps.flatMap(encodeStep)]);

/** An honest delta from `base` to `result`: their common head and tail are copied. */
export const deltaBetween = (base: Uint8Array, result: Uint8Array): Buffer => {
  const shorter = Math.min(base.length, result.length);
  let head = 0;
  while (head < shorter && base[head] === result[head]) head++;
  let tail = 0;
  while (tail < shorter - head && base[base.length - 1 - tail] === result[result.length - 1 - tail]) tail++;
  return encodeDelta({
    baseSize: base.length,
    resultSize: result.length,
    steps: [
      { copy: [0, head] },
      { insert: result.subarray(head, result.length - tail) },
      { copy: [base.length - tail, tail] },
    ],
  });
};
