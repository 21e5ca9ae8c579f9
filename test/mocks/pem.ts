/** SIMULATED hardware: PEM (RFC 7468), 64 characters a line, as Intel's and dstack's chains are written. */
import { Buffer } from 'node:buffer';

/** One PEM block with a line feed at its end. */
export const pem = (der: Uint8Array, label = 'CERTIFICATE'): string => {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
};

/** Blocks one after another, in the order given. */
export const pemChain = (ders: readonly Uint8Array[]): string => ders.map((der) => pem(der)).join('');
