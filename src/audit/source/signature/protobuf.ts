/** Fields of one message: an entry of a log has seven, a proof some twenty hashes. */
const MAX_FIELDS = 128;

/** A field as it stands: a number or bytes. */
export interface ProtobufField {
  readonly number: number;
  readonly value: bigint | Uint8Array;
}

const MAX_VARINT = (1n << 64n) - 1n;

/**
 * The fields of a message (protobuf.dev, "Encoding") of varints and of what has a length; the other kinds are refused, as is what is cut
 * off. Throws with a message for the reader.
 */
export const readProtobuf = (bytes: Uint8Array): readonly ProtobufField[] => {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const octet = bytes[at++];
      if (octet === undefined) throw new Error('it ends within a number');
      value |= BigInt(octet & 0x7f) << shift;
      if (value > MAX_VARINT) throw new Error('it has a number of more than 64 bits');
      if (octet < 0x80) return value;
      if (shift >= 63n) throw new Error('it has a number of more than ten bytes');
    }
  };
  const fields: ProtobufField[] = [];
  while (at < bytes.length) {
    if (fields.length >= MAX_FIELDS) throw new Error(`it has more than ${MAX_FIELDS} fields`);
    const key = varint();
    const number = Number(key >> 3n);
    const kind = key & 7n;
    if (number === 0) throw new Error('it has a field of the number 0');
    if (kind === 0n) fields.push({ number, value: varint() });
    else if (kind === 2n) {
      const length = varint();
      if (length > BigInt(bytes.length - at)) throw new Error('it ends within a field');
      fields.push({ number, value: bytes.subarray(at, at + Number(length)) });
      at += Number(length);
    } else throw new Error(`it has a field of the kind ${kind}`);
  }
  return fields;
};
