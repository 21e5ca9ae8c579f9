/** SIMULATED Sigstore: Ed25519 keys made from a name; the P-256 ones are those of the other mocks. */
import { Buffer } from 'node:buffer';
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { integer, octetString, oid, sequence } from '../mocks/der.ts';

export { type KeyPair, keyPair, signDer } from '../mocks/x509/keys.ts';

export interface EdKey {
  readonly privateKey: KeyObject;
  /** DER SubjectPublicKeyInfo. */
  readonly spki: Buffer;
}

/** The Ed25519 key pair of that name: the same for the same name. */
export const edKey = (name: string): EdKey => {
  const secret = createHash('sha256').update(`SIMULATED Ed25519 key: ${name}`).digest();
  const pkcs8 = sequence(integer(0), sequence(oid('1.3.101.112')), octetString(octetString(secret)));
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  return { privateKey, spki: createPublicKey(privateKey).export({ format: 'der', type: 'spki' }) };
};

export const signEd = (data: Uint8Array, key: EdKey): Buffer => sign(null, data, key.privateKey);

export const sha256 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

export const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
