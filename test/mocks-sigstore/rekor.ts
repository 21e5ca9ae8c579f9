/** SIMULATED Sigstore: a transparency log like Rekor v1 (promise and proof) and v2 (proof alone). */
import { Buffer } from 'node:buffer';
import { canonicalJson } from './canonical.ts';
import { base64, type EdKey, edKey, type KeyPair, keyPair, sha256, signDer, signEd } from './keys.ts';

export interface Log {
  readonly host: string;
  readonly key: KeyPair;
}

export const createLog = (name: string): Log => ({ host: 'rekor.simulated.example', key: keyPair(`${name} rekor`) });

export interface LogV2 {
  readonly host: string;
  readonly key: EdKey;
}

export const createLogV2 = (name: string): LogV2 => ({
  host: 'log2.simulated.example',
  key: edKey(`${name} rekor v2`),
});

/** What Rekor stores of an envelope, of its kind `dsse`. */
export const dsseBody = (envelope: string, payload: Uint8Array, signature: Uint8Array, pem: string): unknown => ({
  apiVersion: '0.0.1',
  kind: 'dsse',
  spec: {
    envelopeHash: { algorithm: 'sha256', value: sha256(Buffer.from(envelope)).toString('hex') },
    payloadHash: { algorithm: 'sha256', value: sha256(payload).toString('hex') },
    signatures: [{ signature: base64(signature), verifier: base64(Buffer.from(pem)) }],
  },
});

/** What Rekor v1 stores of a signature over a message. */
export const messageBody = (digest: Uint8Array, signature: Uint8Array, pem: string): unknown => ({
  apiVersion: '0.0.1',
  kind: 'hashedrekord',
  spec: {
    data: { hash: { algorithm: 'sha256', value: Buffer.from(digest).toString('hex') } },
    signature: { content: base64(signature), publicKey: { content: base64(Buffer.from(pem)) } },
  },
});

/** What Rekor v2 stores: the digest of what was signed, for an envelope that of its pre-authentication encoding. */
export const v2Body = (digest: Uint8Array, signature: Uint8Array, leaf: Uint8Array): unknown => ({
  apiVersion: '0.0.2',
  kind: 'hashedrekord',
  spec: {
    hashedRekordV002: {
      data: { algorithm: 'SHA2_256', digest: base64(digest) },
      signature: {
        content: base64(signature),
        verifier: { keyDetails: 'PKIX_ECDSA_P256_SHA_256', x509Certificate: { rawBytes: base64(leaf) } },
      },
    },
  },
});

const leafHash = (body: Uint8Array): Buffer => sha256(Buffer.from([0]), body);
const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer => sha256(Buffer.from([1]), left, right);

const checkpoint = (host: string, size: number, root: Buffer, hint: Buffer, sign: (note: Buffer) => Buffer): string => {
  const note = `${host} - 4711\n${size}\n${base64(root)}\n`;
  return `${note}\n\u2014 ${host} ${base64(Buffer.concat([hint.subarray(0, 4), sign(Buffer.from(note))]))}\n`;
};

/** A tree of two entries, of which ours is the second: the proof is one hash. */
const proofOf = (body: Buffer, host: string, logId: Buffer, sign: (note: Buffer) => Buffer): object => {
  const sibling = leafHash(Buffer.from('SIMULATED neighbour'));
  const root = nodeHash(sibling, leafHash(body));
  return {
    logIndex: '1',
    rootHash: base64(root),
    treeSize: '2',
    hashes: [base64(sibling)],
    checkpoint: { envelope: checkpoint(host, 2, root, logId, sign) },
  };
};

/** An entry of a bundle with promise and proof. `seconds` since 1970. */
export const logEntry = ({ host, key }: Log, body: unknown, seconds: number): Record<string, unknown> => {
  const stored = Buffer.from(canonicalJson(body));
  const logId = sha256(key.spki);
  const promised = { body: base64(stored), integratedTime: seconds, logIndex: 7, logID: logId.toString('hex') };
  const { kind, apiVersion } = body as Record<string, unknown>;
  return {
    logIndex: '7',
    logId: { keyId: base64(logId) },
    kindVersion: { kind, version: apiVersion },
    integratedTime: String(seconds),
    inclusionPromise: { signedEntryTimestamp: base64(signDer(Buffer.from(canonicalJson(promised)), key)) },
    inclusionProof: proofOf(stored, host, logId, (note) => signDer(note, key)),
    canonicalizedBody: base64(stored),
  };
};

/** An entry of Rekor v2: it says nothing of the time. */
export const logEntryV2 = ({ host, key }: LogV2, body: unknown): Record<string, unknown> => {
  const stored = Buffer.from(canonicalJson(body));
  const logId = sha256(key.spki);
  return {
    logIndex: '1',
    logId: { keyId: base64(logId) },
    kindVersion: { kind: 'hashedrekord', version: '0.0.2' },
    inclusionProof: proofOf(stored, host, logId, (note) => signEd(note, key)),
    canonicalizedBody: base64(stored),
  };
};
