/** SIMULATED hardware: a writer of SCALE (Parity), as much as dstack's versioned attestation V0 needs. */
import { Buffer } from 'node:buffer';

/** A length in compact form: 1, 2 or 4 bytes. */
export const compact = (value: number): Buffer => {
  if (value < 1 << 6) return Buffer.from([value << 2]);
  const bytes = Buffer.alloc(value < 1 << 14 ? 2 : 4);
  if (bytes.length === 2) bytes.writeUInt16LE((value << 2) | 1);
  else bytes.writeUInt32LE(value * 4 + 2);
  return bytes;
};

export const vec = (bytes: Uint8Array): Buffer => Buffer.concat([compact(bytes.length), bytes]);
export const str = (text: string): Buffer => vec(Buffer.from(text, 'utf8'));
export const list = (items: readonly Uint8Array[]): Buffer => Buffer.concat([compact(items.length), ...items]);
