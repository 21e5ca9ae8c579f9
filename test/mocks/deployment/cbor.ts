/** SIMULATED hardware: a writer of CBOR (RFC 8949): small numbers, text, bytes and maps in the order given. */
import { Buffer } from 'node:buffer';

export type Cbor = number | string | Uint8Array | { readonly [key: string]: Cbor };

const head = (major: number, value: number): Buffer => {
  if (value < 24) return Buffer.from([(major << 5) | value]);
  if (value < 0x100) return Buffer.from([(major << 5) | 24, value]);
  return Buffer.from([(major << 5) | 25, value >> 8, value & 0xff]);
};

/** Numbers and lengths up to 65535. */
export const cbor = (value: Cbor): Buffer => {
  if (typeof value === 'number') return head(0, value);
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  if (typeof value === 'string') {
    const bytes = Buffer.from(value, 'utf8');
    return Buffer.concat([head(3, bytes.length), bytes]);
  }
  const entries = Object.entries(value);
  return Buffer.concat([head(5, entries.length), ...entries.flatMap(([key, item]) => [cbor(key), cbor(item)])]);
};
