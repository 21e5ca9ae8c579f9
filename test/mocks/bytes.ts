/** SIMULATED hardware: bytes that a test gives as they are or as text. */
import { Buffer } from 'node:buffer';

/** A copy; text is taken as UTF-8. */
export const bytesOf = (value: Uint8Array | string): Buffer =>
  typeof value === 'string' ? Buffer.from(value, 'utf8') : Buffer.from(value);
