import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { SshReader } from './ssh-wire.ts';

export interface SshKey {
  readonly type: string;
  /** Whether `signature`, of the algorithm `name`, is the key's over `data`. Undefined for an algorithm that is not the key's. */
  readonly verify: ((name: string, signature: Buffer, data: Buffer) => boolean | undefined) | undefined;
}

const CURVES: Readonly<Record<string, { curve: string; crv: string; bytes: number; hash: string }>> = {
  'ecdsa-sha2-nistp256': { curve: 'nistp256', crv: 'P-256', bytes: 32, hash: 'sha256' },
  'ecdsa-sha2-nistp384': { curve: 'nistp384', crv: 'P-384', bytes: 48, hash: 'sha384' },
  'ecdsa-sha2-nistp521': { curve: 'nistp521', crv: 'P-521', bytes: 66, hash: 'sha512' },
};

/** SSHSIG allows these two of RSA and not `ssh-rsa`, which is SHA-1. */
const RSA_HASHES: Readonly<Record<string, string>> = { 'rsa-sha2-256': 'sha256', 'rsa-sha2-512': 'sha512' };
/** Below this a key is anybody's by now (OpenSSH's RequiredRSASize has been 1024, its keys 2048 and more). */
const MIN_RSA_BITS = 1024;
const MAX_RSA_BITS = 16_384;

const jwk = (key: Record<string, string>): KeyObject => createPublicKey({ key, format: 'jwk' });
const url64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

const readEd25519 = (reader: SshReader): SshKey['verify'] => {
  const bytes = reader.string();
  if (bytes.length !== 32) throw new Error('the Ed25519 key does not have 32 bytes');
  const key = jwk({ kty: 'OKP', crv: 'Ed25519', x: url64(bytes) });
  return (name, signature, data) => (name === 'ssh-ed25519' ? verify(null, data, key, signature) : undefined);
};

const readEcdsa = (type: string, reader: SshReader): SshKey['verify'] => {
  const { curve, crv, bytes, hash } = CURVES[type]!;
  if (reader.text() !== curve) throw new Error('the curve is not that of the key type');
  const point = reader.string();
  if (point.length !== 1 + 2 * bytes || point[0] !== 4) throw new Error('the point is not an uncompressed one');
  const x = url64(point.subarray(1, 1 + bytes));
  const key = jwk({ kty: 'EC', crv, x, y: url64(point.subarray(1 + bytes)) });
  return (name, signature, data) => {
    if (name !== type) return undefined;
    const parts = new SshReader(signature);
    const [r, s] = [parts.integer(), parts.integer()];
    if (!parts.done || r.length > bytes || s.length > bytes) throw new Error('the signature has another length');
    const padded = [r, s].map((part) => Buffer.concat([Buffer.alloc(bytes - part.length), part]));
    return verify(hash, data, { key, dsaEncoding: 'ieee-p1363' }, Buffer.concat(padded));
  };
};

const readRsa = (reader: SshReader): SshKey['verify'] => {
  const e = reader.integer();
  const n = reader.integer();
  const bits = n.length * 8;
  if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) throw new Error(`an RSA key of ${bits} bits`);
  const key = jwk({ kty: 'RSA', n: url64(n), e: url64(e) });
  return (name, signature, data) => {
    const hash = Object.hasOwn(RSA_HASHES, name) ? RSA_HASHES[name] : undefined;
    return hash === undefined ? undefined : verify(hash, data, key, signature);
  };
};

/** A public key in SSH's format (RFC 4253 6.6, RFC 5656 3.1, RFC 8709 4). Throws where it is malformed. */
export const readSshKey = (blob: Buffer): SshKey => {
  const reader = new SshReader(blob);
  const type = reader.text();
  if (type === 'ssh-ed25519') return closed(type, reader, readEd25519(reader));
  if (type === 'ssh-rsa') return closed(type, reader, readRsa(reader));
  if (Object.hasOwn(CURVES, type)) return closed(type, reader, readEcdsa(type, reader));
  return { type, verify: undefined };
};

const closed = (type: string, reader: SshReader, check: SshKey['verify']): SshKey => {
  if (!reader.done) throw new Error('bytes follow the key');
  return { type, verify: check };
};
