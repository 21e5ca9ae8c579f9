/** SIMULATED hardware: the extensions of certificates and revocation lists (RFC 5280, 4.2 and 5.2). */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { bitString, boolean, explicit, integer, octetString, oid, sequence, tlv } from '../der.ts';
import type { KeyPair } from './keys.ts';

export interface Extension {
  readonly oid: string;
  readonly critical?: boolean;
  /** What the OCTET STRING of the extension holds. */
  readonly value: Uint8Array;
}

/** In the order of their bits. */
const KEY_USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
] as const;

export type KeyUsage = (typeof KEY_USAGES)[number];

export const encodeExtension = ({ oid: id, critical, value }: Extension): Buffer =>
  sequence(oid(id), ...(critical === true ? [boolean(true)] : []), octetString(value));

export const keyUsage = (usages: readonly KeyUsage[]): Extension => {
  const indices = usages.map((usage) => KEY_USAGES.indexOf(usage));
  const bits = indices.reduce((all, index) => all | (0x80 >> index), 0);
  const unused = indices.length === 0 ? 0 : 7 - Math.max(...indices);
  const value = indices.length === 0 ? bitString(Buffer.alloc(0)) : bitString(Buffer.from([bits]), unused);
  return { oid: '2.5.29.15', critical: true, value };
};

export const basicConstraints = (ca: boolean, pathLength?: number): Extension => ({
  oid: '2.5.29.19',
  critical: true,
  value: sequence(...(ca ? [boolean(true)] : []), ...(pathLength === undefined ? [] : [integer(pathLength)])),
});

/** SHA-1 of the public key's bits (RFC 5280, 4.2.1.2, method 1). */
export const keyId = (key: KeyPair): Buffer =>
  createHash('sha1')
    .update(Buffer.concat([Buffer.from([4]), key.point]))
    .digest();

export const subjectKeyId = (key: KeyPair): Extension => ({ oid: '2.5.29.14', value: octetString(keyId(key)) });
export const authorityKeyId = (key: KeyPair): Extension => ({
  oid: '2.5.29.35',
  value: sequence(tlv(0x80, keyId(key))),
});
export const crlNumber = (number: number): Extension => ({ oid: '2.5.29.20', value: integer(number) });
export const crlDistribution = (url: string): Extension => ({
  oid: '2.5.29.31',
  value: sequence(sequence(explicit(0, explicit(0, tlv(0x86, Buffer.from(url, 'latin1')))))),
});
