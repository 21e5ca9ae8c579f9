import { hash } from 'node:crypto';

/** SHA-256 in lower-case hex. */
export const sha256Hex = (bytes: Uint8Array): string => hash('sha256', bytes, 'hex');
