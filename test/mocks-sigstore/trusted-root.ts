/** SIMULATED Sigstore: the trusted root of an instance, as its publisher writes it. */
import type { Authority } from './authority.ts';
import { base64, sha256 } from './keys.ts';

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');

export const authorityEntry = (uri: string, ders: readonly Uint8Array[], start: number): Record<string, unknown> => ({
  subject: { organization: 'SIMULATED', commonName: 'SIMULATED' },
  uri,
  certChain: { certificates: ders.map((der) => ({ rawBytes: base64(der) })) },
  validFor: { start: iso(start) },
});

export const chainOf = ({ issuer, root }: Authority): readonly Uint8Array[] => [issuer.der, root.der];

export const logMember = (
  host: string,
  spki: Uint8Array,
  keyDetails: string,
  start: number,
): Record<string, unknown> => ({
  baseUrl: `https://${host}`,
  hashAlgorithm: 'SHA2_256',
  publicKey: { rawBytes: base64(spki), keyDetails, validFor: { start: iso(start) } },
  logId: { keyId: base64(sha256(spki)) },
});
