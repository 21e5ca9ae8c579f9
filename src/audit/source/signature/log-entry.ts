import { type ProtobufField, readProtobuf } from './protobuf.ts';

type Json = Record<string, unknown>;

/** Makes of a field what the JSON of the format has in its place. */
type Read = (value: ProtobufField['value']) => unknown;

const bytes: Read = (value) => {
  if (typeof value === 'bigint') throw new Error('it has a number where bytes belong');
  return Buffer.from(value).toString('base64');
};

const text: Read = (value) => {
  if (typeof value === 'bigint') throw new Error('it has a number where text belongs');
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
};

const number: Read = (value) => {
  if (typeof value !== 'bigint') throw new Error('it has bytes where a number belongs');
  return String(value);
};

interface Shape {
  readonly [number: number]: { readonly name: string; readonly read: Read; readonly repeated?: true };
}

/** A message of this shape; a field that it does not have, or has twice, is an error. */
const message =
  (shape: Shape): ((value: ProtobufField['value']) => Json) =>
  (value) => {
    if (typeof value === 'bigint') throw new Error('it has a number where a message belongs');
    const json: Json = {};
    for (const field of readProtobuf(value)) {
      const known = shape[field.number];
      if (known === undefined) throw new Error(`it has a field of the number ${field.number}, which is not known`);
      const before = json[known.name];
      if (known.repeated === true)
        json[known.name] = [...((before as unknown[] | undefined) ?? []), known.read(field.value)];
      else if (before === undefined) json[known.name] = known.read(field.value);
      else throw new Error(`it has ${known.name} twice`);
    }
    return json;
  };

/** `TransparencyLogEntry` of sigstore/protobuf-specs, sigstore_rekor.proto. */
const ENTRY = message({
  1: { name: 'logIndex', read: number },
  2: { name: 'logId', read: message({ 1: { name: 'keyId', read: bytes } }) },
  3: { name: 'kindVersion', read: message({ 1: { name: 'kind', read: text }, 2: { name: 'version', read: text } }) },
  4: { name: 'integratedTime', read: number },
  5: { name: 'inclusionPromise', read: message({ 1: { name: 'signedEntryTimestamp', read: bytes } }) },
  6: {
    name: 'inclusionProof',
    read: message({
      1: { name: 'logIndex', read: number },
      2: { name: 'rootHash', read: bytes },
      3: { name: 'treeSize', read: number },
      4: { name: 'hashes', read: bytes, repeated: true },
      5: { name: 'checkpoint', read: message({ 1: { name: 'envelope', read: text } }) },
    }),
  },
  7: { name: 'canonicalizedBody', read: bytes },
});

/** An entry of a transparency log in protobuf's bytes, as the JSON of a bundle has it. Throws with a message for the reader. */
export const readLogEntry = (encoded: Uint8Array): Json => ENTRY(encoded);
