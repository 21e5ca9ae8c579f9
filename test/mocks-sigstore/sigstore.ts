/**
 * SIMULATED Sigstore: an instance with all its parts, which signs what it is told to. Nobody but who is handed its root believes
 * it, and its authorities call themselves SIMULATED. Keys follow from names, so what one run signs verifies under the root of
 * the same name that another run wrote.
 */
import { Buffer } from 'node:buffer';
import { type Authority, createAuthority } from './authority.ts';
import { type FulcioClaims, claimsOf } from './claims.ts';
import { issueLeaf, type LeafOptions } from './fulcio.ts';
import { base64, type KeyPair, keyPair, sha256, signDer } from './keys.ts';
import {
  createLog,
  createLogV2,
  dsseBody,
  type Log,
  type LogV2,
  logEntry,
  logEntryV2,
  messageBody,
  v2Body,
} from './rekor.ts';
import { statementOf } from './statement.ts';
import { authorityEntry, chainOf, logMember } from './trusted-root.ts';
import { createTsa, timestamp, type Tsa } from './tsa.ts';

type Json = Record<string, unknown>;

/** `public`: logs, as the public-good instance; `github`: none, only timestamps, as GitHub's own. */
export type Shape = 'public' | 'github';

export interface SigstoreOptions {
  readonly name?: string;
  readonly shape?: Shape;
  /** How its authorities are called in the root: what tells the instances apart. */
  readonly uri?: string;
  /** Seconds since 1970 from which it signs. */
  readonly start?: number;
}

/** Which witnesses a bundle gets; those of its shape where left out. */
export interface Witnesses {
  readonly log?: boolean;
  readonly logV2?: boolean;
  readonly timestamp?: boolean;
}

export interface BundleOptions extends Witnesses {
  readonly claims?: FulcioClaims;
  /** What the predicate says; the same as `claims` where left out. */
  readonly said?: FulcioClaims;
  /** SHA-256 of the image in hex. */
  readonly digest?: string;
  /** Changes the statement before it is signed. */
  readonly statement?: (statement: Json) => unknown;
  /** The bytes that are signed, instead of a statement. */
  readonly payload?: Uint8Array;
  readonly payloadType?: string;
  /** Seconds since 1970. */
  readonly time?: number;
  readonly leaf?: Partial<LeafOptions>;
  /** The key that signs; the leaf's where left out. */
  readonly key?: KeyPair;
  readonly mediaType?: string;
  /** Changes the finished bundle. */
  readonly edit?: (bundle: Json) => unknown;
}

/** Digest of the image that bundles are about unless they are told otherwise. */
export const IMAGE = sha256(Buffer.from('SIMULATED image')).toString('hex');
export const V03 = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const STATEMENT = 'application/vnd.in-toto+json';
const START = Date.UTC(2026, 0, 1) / 1000;
const MONTH = 30 * 86_400;

/** The pre-authentication encoding of DSSE (secure-systems-lab/dsse, protocol.md). */
export const preAuthEncoding = (type: string, payload: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `), payload]);

export class Sigstore {
  readonly shape: Shape;
  readonly uri: string;
  readonly start: number;
  readonly authority: Authority;
  readonly certificateLog: KeyPair;
  readonly log: Log;
  readonly logV2: LogV2;
  readonly tsa: Tsa;

  constructor({ name = 'mock', shape = 'public', uri, start = START }: SigstoreOptions = {}) {
    this.shape = shape;
    this.uri = uri ?? (shape === 'github' ? 'fulcio.githubapp.com' : 'https://fulcio.simulated.example');
    this.start = start;
    this.authority = createAuthority(`${name} sigstore`, 'Fulcio', start);
    this.certificateLog = keyPair(`${name} ctfe`);
    this.log = createLog(name);
    this.logV2 = createLogV2(name);
    this.tsa = createTsa(`${name} sigstore`, start);
  }

  /** The trusted root as parsed JSON, to be changed at will. */
  rootJson(): Json {
    const { start, log, logV2, certificateLog, tsa } = this;
    const logs = this.shape === 'public';
    const ecdsa = 'PKIX_ECDSA_P256_SHA_256';
    return {
      mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
      tlogs: logs
        ? [
            logMember(log.host, log.key.spki, ecdsa, start),
            logMember(logV2.host, logV2.key.spki, 'PKIX_ED25519', start),
          ]
        : [],
      certificateAuthorities: [authorityEntry(this.uri, chainOf(this.authority), start)],
      ctlogs: logs ? [logMember('ctfe.simulated.example', certificateLog.spki, ecdsa, start)] : [],
      timestampAuthorities: [authorityEntry('tsa.simulated.example', [tsa.leaf.der, ...chainOf(tsa.authority)], start)],
    };
  }

  /** The trusted root as its file. */
  root(): Buffer {
    return Buffer.from(JSON.stringify(this.rootJson()));
  }

  /** An attestation of a build, as parsed JSON. Good unless told otherwise. */
  bundle(options: BundleOptions = {}): Json {
    const claims = options.claims ?? claimsOf();
    const subjects = [{ name: 'ghcr.io/acme/launcher', digest: { sha256: options.digest ?? IMAGE } }];
    const statement = statementOf({ subjects, claims: options.said ?? claims });
    const text = JSON.stringify((options.statement ?? ((same) => same))(statement));
    const payload = Buffer.from(options.payload ?? Buffer.from(text));
    const payloadType = options.payloadType ?? STATEMENT;
    const signed = preAuthEncoding(payloadType, payload);
    const { material, signature } = this.#sign(options, claims, signed, (signature, pem) =>
      dsseBody(JSON.stringify({ payload: base64(payload), payloadType }), payload, signature, pem),
    );
    const dsseEnvelope = { payload: base64(payload), payloadType, signatures: [{ sig: base64(signature) }] };
    return this.#finish(options, { verificationMaterial: material, dsseEnvelope });
  }

  /** A signature over a message, as cosign makes of images; as parsed JSON. */
  message(message: Uint8Array, options: BundleOptions = {}): Json {
    const digest = sha256(message);
    const { material, signature } = this.#sign(options, options.claims ?? claimsOf(), message, (signature, pem) =>
      messageBody(digest, signature, pem),
    );
    const messageSignature = {
      messageDigest: { algorithm: 'SHA2_256', digest: base64(digest) },
      signature: base64(signature),
    };
    return this.#finish(options, { verificationMaterial: material, messageSignature });
  }

  #finish(options: BundleOptions, content: Json): Json {
    const bundle = { mediaType: options.mediaType ?? V03, ...content };
    return (options.edit ?? ((same) => same))(bundle) as Json;
  }

  #sign(
    options: BundleOptions,
    claims: FulcioClaims,
    signed: Uint8Array,
    body: (signature: Buffer, pem: string) => unknown,
  ): { material: Json; signature: Buffer } {
    const time = options.time ?? this.start + MONTH;
    const leaf = issueLeaf({
      authority: this.authority,
      certificateLog: this.shape === 'public' ? this.certificateLog : undefined,
      claims,
      notBefore: time,
      ...options.leaf,
    });
    const signature = signDer(signed, options.key ?? leaf.key);
    const { log = this.shape === 'public', logV2 = false, timestamp: stamped = this.shape === 'github' } = options;
    const tlogEntries = [
      ...(log ? [logEntry(this.log, body(signature, leaf.pem), time + 1)] : []),
      ...(logV2 ? [logEntryV2(this.logV2, v2Body(sha256(signed), signature, leaf.der))] : []),
    ];
    const stamps = stamped ? [{ signedTimestamp: base64(timestamp(this.tsa, signature, time + 1)) }] : [];
    return {
      signature,
      material: {
        certificate: { rawBytes: base64(leaf.der) },
        tlogEntries,
        timestampVerificationData: { rfc3161Timestamps: stamps },
      },
    };
  }
}
