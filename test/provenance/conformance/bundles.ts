/** SIMULATED Sigstore: bundles of every kind that sigstore-conformance has, signed as the identity of its cases. */
import { Buffer } from 'node:buffer';
import { claimsOf } from '../../mocks-sigstore/claims.ts';
import { base64, type KeyPair, keyPair, sha256, signDer } from '../../mocks-sigstore/keys.ts';
import { dsseBody, logEntry, logEntryV2, messageBody, v2Body } from '../../mocks-sigstore/rekor.ts';
import { type BundleOptions, preAuthEncoding, Sigstore, V03 } from '../../mocks-sigstore/sigstore.ts';
import { timestamp } from '../../mocks-sigstore/tsa.ts';
import { at, edited } from '../support.ts';
import { BEACON } from './suite.ts';

export type Json = Record<string, unknown>;

export const ARTIFACT = Buffer.from('DO NOT MODIFY ME!\n');
export const instance = new Sigstore({ name: 'conformance' });
export const TIME = instance.start + 30 * 86_400;

const MATERIAL = 'verificationMaterial';
const TYPE = 'application/vnd.in-toto+json';
const CLAIMS = { ...claimsOf(), 9: BEACON.subject };

export const signed: BundleOptions = { claims: CLAIMS, time: TIME };

/** A statement about the artifact. */
export const statement = (options: BundleOptions = {}): Json =>
  instance.bundle({ ...signed, digest: sha256(ARTIFACT).toString('hex'), ...options });

export const message = (options: BundleOptions = {}): Json => instance.message(ARTIFACT, { ...signed, ...options });

/** With the leaf at the head of a chain, as v0.1 and v0.2 have it. */
export const chained = (bundle: Json, version: string): Json => {
  const leaf = at(bundle, `${MATERIAL}.certificate`);
  const bare = edited(bundle, `${MATERIAL}.certificate`, undefined);
  return {
    ...edited(bare, `${MATERIAL}.x509CertificateChain`, { certificates: [leaf] }),
    mediaType: `application/vnd.dev.sigstore.bundle+json;version=${version}`,
  };
};

/** Without the proof, as v0.1 may be. */
export const promisedOnly = (bundle: Json): Json =>
  edited(bundle, `${MATERIAL}.tlogEntries.0.inclusionProof`, undefined);

const pemOf = (bundle: Json): string => {
  const der = at(bundle, `${MATERIAL}.certificate.rawBytes`) as string;
  return `-----BEGIN CERTIFICATE-----\n${der}\n-----END CERTIFICATE-----\n`;
};

const payloadOf = (bundle: Json): Buffer => Buffer.from(at(bundle, 'dsseEnvelope.payload') as string, 'base64');
const signatureOf = (bundle: Json): Buffer =>
  Buffer.from(at(bundle, 'dsseEnvelope.signatures.0.sig') as string, 'base64');

/** A statement whose entry in the log is of the kind `intoto`, version 0.0.2. */
export const loggedAsIntoto = (change: (envelope: Json) => Json = (same) => same): Json => {
  const bundle = statement();
  const twice = (bytes: Uint8Array): string => base64(Buffer.from(base64(bytes)));
  const signatures = [{ sig: twice(signatureOf(bundle)), publicKey: base64(Buffer.from(pemOf(bundle))) }];
  const content = {
    envelope: change({ payloadType: TYPE, signatures }),
    hash: { algorithm: 'sha256', value: '00'.repeat(32) },
    payloadHash: { algorithm: 'sha256', value: sha256(payloadOf(bundle)).toString('hex') },
  };
  const body = { apiVersion: '0.0.2', kind: 'intoto', spec: { content } };
  return edited(bundle, `${MATERIAL}.tlogEntries.0`, logEntry(instance.log, body, TIME + 1));
};

/** A statement logged at Rekor v2 by its old way: kind `dsse`, version 0.0.2. */
export const loggedAsDsseV2 = (payload?: Uint8Array): Json => {
  const bundle = statement({ log: false, logV2: true, timestamp: true });
  const rawBytes = at(bundle, `${MATERIAL}.certificate.rawBytes`);
  const verifier = { keyDetails: 'PKIX_ECDSA_P256_SHA_256', x509Certificate: { rawBytes } };
  const dsseV002 = {
    payloadHash: { algorithm: 'SHA2_256', digest: base64(sha256(payload ?? payloadOf(bundle))) },
    signatures: [{ content: base64(signatureOf(bundle)), verifier }],
  };
  const entry = logEntryV2(instance.logV2, { apiVersion: '0.0.2', kind: 'dsse', spec: { dsseV002 } });
  return edited(bundle, `${MATERIAL}.tlogEntries.0`, { ...entry, kindVersion: { kind: 'dsse', version: '0.0.2' } });
};

/** Rekor v2 and a timestamp. */
export const V2 = { log: false, logV2: true, timestamp: true } as const;

export const MANAGED = keyPair('SIMULATED managed key');
export const managedPem = (key: KeyPair = MANAGED): Buffer =>
  Buffer.from(`-----BEGIN PUBLIC KEY-----\n${base64(key.spki)}\n-----END PUBLIC KEY-----\n`);

interface Managed {
  readonly key?: KeyPair;
  readonly v2?: boolean;
  readonly stamped?: boolean;
  readonly hint?: string;
  readonly log?: boolean;
}

const keyMaterial = (
  { key = MANAGED, v2 = false, stamped = false, hint = 'managed', log = true }: Managed,
  digest: Uint8Array,
  signature: Buffer,
  body: unknown,
): Json => ({
  publicKey: hint === '' ? {} : { hint },
  tlogEntries: log
    ? [v2 ? logEntryV2(instance.logV2, v2Body(digest, signature, key.spki)) : logEntry(instance.log, body, TIME + 1)]
    : [],
  ...(stamped
    ? {
        timestampVerificationData: {
          rfc3161Timestamps: [{ signedTimestamp: base64(timestamp(instance.tsa, signature, TIME + 1)) }],
        },
      }
    : {}),
});

/** The artifact signed with a key that somebody keeps. */
export const managed = (options: Managed = {}): Json => {
  const key = options.key ?? MANAGED;
  const signature = signDer(ARTIFACT, key);
  const digest = sha256(ARTIFACT);
  return {
    mediaType: V03,
    verificationMaterial: keyMaterial(
      options,
      digest,
      signature,
      messageBody(digest, signature, managedPem(key).toString()),
    ),
    messageSignature: {
      messageDigest: { algorithm: 'SHA2_256', digest: base64(digest) },
      signature: base64(signature),
    },
  };
};

/** A statement signed with such a key. */
export const managedStatement = (options: Managed = {}): Json => {
  const key = options.key ?? MANAGED;
  const payload = payloadOf(statement());
  const encoding = preAuthEncoding(TYPE, payload);
  const signature = signDer(encoding, key);
  const body = dsseBody('{}', payload, signature, managedPem(key).toString());
  return {
    mediaType: V03,
    verificationMaterial: keyMaterial(options, sha256(encoding), signature, body),
    dsseEnvelope: { payload: base64(payload), payloadType: TYPE, signatures: [{ sig: base64(signature), keyid: '' }] },
  };
};
