/**
 * SIMULATED hardware: key pairs made from a name. The private key is the hash of the name, so that every run has the same keys
 * without a file of secrets, and nobody takes them for more than test keys.
 */
import { Buffer } from 'node:buffer';
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign as nodeSign } from 'node:crypto';
import { integer, octetString, oid, sequence } from '../der.ts';

const CURVES = {
  'P-256': { oid: '1.2.840.10045.3.1.7', hash: 'sha256', bytes: 32 },
  'P-384': { oid: '1.3.132.0.34', hash: 'sha384', bytes: 48 },
} as const;

export type Curve = keyof typeof CURVES;

export interface KeyPair {
  readonly curve: Curve;
  readonly privateKey: KeyObject;
  /** DER SubjectPublicKeyInfo. */
  readonly spki: Buffer;
  /** x and y, 32 bytes each on P-256. */
  readonly point: Buffer;
}

const made = new Map<string, KeyPair>();

const make = (name: string, curve: Curve): KeyPair => {
  const { oid: curveOid, hash, bytes } = CURVES[curve];
  const secret = createHash(hash).update(`SIMULATED key: ${name}`).digest();
  // The top bit cleared, the number is below the order of either curve.
  secret[0] = (secret[0] ?? 0) & 0x7f;
  const pkcs8 = sequence(
    integer(0),
    sequence(oid('1.2.840.10045.2.1'), oid(curveOid)),
    octetString(sequence(integer(1), octetString(secret))),
  );
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return { curve, privateKey, spki, point: Buffer.from(spki.subarray(-2 * bytes)) };
};

/** The key pair of that name: the same for the same name, at once from the second time on. */
export const keyPair = (name: string, curve: Curve = 'P-256'): KeyPair => {
  const id = `${curve} ${name}`;
  const key = made.get(id) ?? make(name, curve);
  made.set(id, key);
  return key;
};

/** ECDSA with SHA-256, as X.509 holds it (DER). */
export const signDer = (data: Uint8Array, key: KeyPair): Buffer => nodeSign('sha256', data, key.privateKey);

/** ECDSA with SHA-256 as r and s, 64 bytes on P-256, as quotes and Intel's JSON hold it. */
export const signRaw = (data: Uint8Array, key: KeyPair): Buffer =>
  nodeSign('sha256', data, { key: key.privateKey, dsaEncoding: 'ieee-p1363' });
