/** SIMULATED hardware: fixed-size fields one after another; a field of another size is a mistake of the test's author. */
import { Buffer } from 'node:buffer';

/** `bytes`, which must be `size` long. Other lengths are made with the `edit` hooks. */
export const field = (name: string, bytes: Uint8Array, size: number): Uint8Array => {
  if (bytes.length !== size) throw new Error(`mock quote: ${name} has ${bytes.length} bytes, not ${size}`);
  return bytes;
};

export const u16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
};

export const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
