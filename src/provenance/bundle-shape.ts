import type { JsonObject } from '../base/json.ts';
import { stringOf } from '../base/json.ts';
import { ProvenanceError } from './errors.ts';
import { base64Of, countOf, fieldsOf, listOf, shown, textOf } from './fields.ts';
import {
  MAX_BUNDLE_BYTES,
  MAX_CERTIFICATE_BYTES,
  MAX_CHAIN_CERTIFICATES,
  MAX_CHECKPOINT_LENGTH,
  MAX_LOG_ENTRIES,
  MAX_NAME_LENGTH,
  MAX_PROOF_HASHES,
  MAX_SIGNATURE_BYTES,
  MAX_TIMESTAMP_BYTES,
  MAX_TIMESTAMPS,
} from './limits.ts';

const SHA256_BYTES = 32;

const bytes = (value: unknown, max: number, what: string): Buffer => base64Of(value, max, 'bad-bundle', what);
const name = (value: unknown, what: string): string => textOf(value, MAX_NAME_LENGTH, 'bad-bundle', what);

const hashOf = (value: unknown, length: number, what: string): Buffer => {
  const sum = bytes(value, length, what);
  if (sum.length !== length) {
    throw new ProvenanceError('bad-bundle', `${what} has ${sum.length} bytes, not ${length}`);
  }
  return sum;
};

const hash = (value: unknown, what: string): Buffer => hashOf(value, SHA256_BYTES, what);

const certificate = (value: unknown, what: string): Buffer =>
  bytes(fieldsOf(value, ['rawBytes'], what).rawBytes, MAX_CERTIFICATE_BYTES, `${what}.rawBytes`);

/** By what a bundle can be verified: a certificate that it carries, or a key that it only hints at. */
export type BundleSigner =
  | { readonly kind: 'certificate'; readonly leaf: Buffer }
  | { readonly kind: 'key'; readonly hint: string };

/** The leaf. A chain may follow it in v0.1 and v0.2; nobody believes it, the trusted root has its own. */
const leafOf = (material: JsonObject, what: string): Buffer => {
  const { certificate: single, x509CertificateChain: chain } = material;
  if (single !== undefined && chain !== undefined) {
    throw new ProvenanceError('bad-bundle', `${what} has both a certificate and a chain`);
  }
  if (chain === undefined) return certificate(single, `${what}.certificate`);
  const where = `${what}.x509CertificateChain.certificates`;
  const list = listOf(
    fieldsOf(chain, ['certificates'], `${what}.x509CertificateChain`).certificates,
    MAX_CHAIN_CERTIFICATES,
    where,
  );
  const [leaf] = list.map((one, index) => certificate(one, `${where}[${index}]`));
  if (leaf === undefined) throw new ProvenanceError('bad-bundle', `${where} is empty`);
  return leaf;
};

/** A key may have no hint: which one it is, whoever verifies has to know in any case. */
const signerOf = (material: JsonObject, what: string): BundleSigner => {
  const { publicKey } = material;
  if (publicKey === undefined) return { kind: 'certificate', leaf: leafOf(material, what) };
  if (material.certificate !== undefined || material.x509CertificateChain !== undefined) {
    throw new ProvenanceError('bad-bundle', `${what} has both a bare key and a certificate`);
  }
  const hint = stringOf(fieldsOf(publicKey, ['hint'], `${what}.publicKey`).hint ?? '', `${what}.publicKey.hint`);
  return { kind: 'key', hint: hint === '' ? '' : name(hint, `${what}.publicKey.hint`) };
};

const proof = (value: unknown, what: string): void => {
  const fields = fieldsOf(value, ['logIndex', 'rootHash', 'treeSize', 'hashes', 'checkpoint'], what);
  // Left out where 0, as protobuf does.
  countOf(fields.logIndex ?? 0, 'bad-bundle', `${what}.logIndex`);
  countOf(fields.treeSize, 'bad-bundle', `${what}.treeSize`);
  hash(fields.rootHash, `${what}.rootHash`);
  const hashes = listOf(fields.hashes ?? [], MAX_PROOF_HASHES, `${what}.hashes`);
  for (const [index, one] of hashes.entries()) hash(one, `${what}.hashes[${index}]`);
  if (fields.checkpoint === undefined) return;
  const { envelope } = fieldsOf(fields.checkpoint, ['envelope'], `${what}.checkpoint`);
  textOf(envelope, MAX_CHECKPOINT_LENGTH, 'bad-bundle', `${what}.checkpoint.envelope`);
};

const ENTRY_FIELDS = [
  'logIndex',
  'logId',
  'kindVersion',
  'integratedTime',
  'inclusionPromise',
  'inclusionProof',
  'canonicalizedBody',
];

const logEntry = (value: unknown, what: string): void => {
  const entry = fieldsOf(value, ENTRY_FIELDS, what);
  countOf(entry.logIndex ?? 0, 'bad-bundle', `${what}.logIndex`);
  countOf(entry.integratedTime ?? 0, 'bad-bundle', `${what}.integratedTime`);
  hash(fieldsOf(entry.logId, ['keyId'], `${what}.logId`).keyId, `${what}.logId.keyId`);
  const kind = fieldsOf(entry.kindVersion, ['kind', 'version'], `${what}.kindVersion`);
  name(kind.kind, `${what}.kindVersion.kind`);
  name(kind.version, `${what}.kindVersion.version`);
  bytes(entry.canonicalizedBody, MAX_BUNDLE_BYTES, `${what}.canonicalizedBody`);
  if (entry.inclusionPromise !== undefined) {
    const { signedEntryTimestamp } = fieldsOf(
      entry.inclusionPromise,
      ['signedEntryTimestamp'],
      `${what}.inclusionPromise`,
    );
    bytes(signedEntryTimestamp, MAX_SIGNATURE_BYTES, `${what}.inclusionPromise.signedEntryTimestamp`);
  }
  if (entry.inclusionProof !== undefined) proof(entry.inclusionProof, `${what}.inclusionProof`);
};

const timestamps = (value: unknown, what: string): void => {
  const { rfc3161Timestamps = [] } = fieldsOf(value, ['rfc3161Timestamps'], what);
  const list = listOf(rfc3161Timestamps, MAX_TIMESTAMPS, `${what}.rfc3161Timestamps`);
  for (const [index, one] of list.entries()) {
    const where = `${what}.rfc3161Timestamps[${index}]`;
    bytes(fieldsOf(one, ['signedTimestamp'], where).signedTimestamp, MAX_TIMESTAMP_BYTES, `${where}.signedTimestamp`);
  }
};

const MATERIAL_FIELDS = [
  'publicKey',
  'x509CertificateChain',
  'certificate',
  'tlogEntries',
  'timestampVerificationData',
];

/** Checks the shape of `verificationMaterial` and says who is to have signed. */
export const checkMaterial = (value: unknown, what: string): BundleSigner => {
  const material = fieldsOf(value, MATERIAL_FIELDS, what);
  const signer = signerOf(material, what);
  const entries = listOf(material.tlogEntries ?? [], MAX_LOG_ENTRIES, `${what}.tlogEntries`);
  for (const [index, entry] of entries.entries()) logEntry(entry, `${what}.tlogEntries[${index}]`);
  if (material.timestampVerificationData !== undefined) {
    timestamps(material.timestampVerificationData, `${what}.timestampVerificationData`);
  }
  return signer;
};

/** What was signed: a statement with its type, or the hash of something that lies elsewhere. */
export type BundleContent =
  | { readonly kind: 'statement'; readonly payloadType: string; readonly payload: Buffer }
  | { readonly kind: 'message'; readonly algorithm: MessageHash; readonly digest: string; readonly signature: Buffer };

/** Hashes of a message that are known here, with their names in a bundle and their lengths in bytes. */
const HASHES = {
  SHA2_256: { algorithm: 'sha256', bytes: SHA256_BYTES },
  SHA2_384: { algorithm: 'sha384', bytes: 48 },
  SHA2_512: { algorithm: 'sha512', bytes: 64 },
} as const;

/** As node:crypto calls them. */
export type MessageHash = (typeof HASHES)[keyof typeof HASHES]['algorithm'];

/** Checks the shape of `dsseEnvelope`: one signature, as DSSE bundles of every version have. */
export const checkEnvelope = (value: unknown, what: string): BundleContent => {
  const envelope = fieldsOf(value, ['payload', 'payloadType', 'signatures'], what);
  const signatures = listOf(envelope.signatures, MAX_LOG_ENTRIES, `${what}.signatures`);
  if (signatures.length !== 1) {
    throw new ProvenanceError('bad-bundle', `${what} has ${signatures.length} signatures, not 1`);
  }
  const signature = fieldsOf(signatures[0], ['sig', 'keyid'], `${what}.signatures[0]`);
  bytes(signature.sig, MAX_SIGNATURE_BYTES, `${what}.signatures[0].sig`);
  stringOf(signature.keyid ?? '', `${what}.signatures[0].keyid`);
  return {
    kind: 'statement',
    payloadType: name(envelope.payloadType, `${what}.payloadType`),
    payload: bytes(envelope.payload, MAX_BUNDLE_BYTES, `${what}.payload`),
  };
};

/** Checks the shape of `messageSignature`. */
export const checkMessage = (value: unknown, what: string): BundleContent => {
  const message = fieldsOf(value, ['messageDigest', 'signature'], what);
  const signature = bytes(message.signature, MAX_SIGNATURE_BYTES, `${what}.signature`);
  const where = `${what}.messageDigest`;
  const digest = fieldsOf(message.messageDigest, ['algorithm', 'digest'], where);
  const named = name(digest.algorithm, `${where}.algorithm`);
  const known = Object.hasOwn(HASHES, named) ? HASHES[named as keyof typeof HASHES] : undefined;
  if (known === undefined) {
    throw new ProvenanceError('bad-bundle', `${where}.algorithm is ${shown(named)}, not a SHA-2 that is known`);
  }
  const sum = hashOf(digest.digest, known.bytes, `${where}.digest`);
  return { kind: 'message', algorithm: known.algorithm, digest: sum.toString('hex'), signature };
};
