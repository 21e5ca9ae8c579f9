/** SIMULATED Sigstore: a certificate authority like Fulcio, and a certificate transparency log that signs what it issues. */
import { Buffer } from 'node:buffer';
import { octetString, oid, sequence, tlv } from '../mocks/der.ts';
import { type Certificate, type CertificateSpec, certificate, serialOf } from '../mocks/x509/certificate.ts';
import type { Extension } from '../mocks/x509/extensions.ts';
import { type FulcioClaims, extensionsOf } from './claims.ts';
import { type KeyPair, keyPair, sha256, signDer } from './keys.ts';
import type { Authority } from './authority.ts';

const SCT_LIST = '1.3.6.1.4.1.11129.2.4.2';
const LEAF_LIFE = 600;

const uint = (value: number | bigint, bytes: number): Buffer => {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64BE(BigInt(value));
  return buffer.subarray(8 - bytes);
};

/** One signed certificate timestamp over a precertificate (RFC 6962, 3.2). `seconds` since 1970. */
export const signedTimestamp = (tbs: Uint8Array, issuer: KeyPair, log: KeyPair, seconds: number): Buffer => {
  const time = uint(seconds * 1000, 8);
  const entry = Buffer.concat([sha256(issuer.spki), uint(tbs.length, 3), tbs]);
  const signature = signDer(Buffer.concat([uint(0, 2), time, uint(1, 2), entry, uint(0, 2)]), log);
  // Version 1, no extensions, SHA-256 with ECDSA.
  return Buffer.concat([
    uint(0, 1),
    sha256(log.spki),
    time,
    uint(0, 2),
    uint(0x0403, 2),
    uint(signature.length, 2),
    signature,
  ]);
};

const sctList = (scts: readonly Buffer[]): Extension => {
  const list = Buffer.concat(scts.flatMap((sct) => [uint(sct.length, 2), sct]));
  return { oid: SCT_LIST, value: octetString(Buffer.concat([uint(list.length, 2), list])) };
};

export const extendedKeyUsage = (usage: string): Extension => ({ oid: '2.5.29.37', value: sequence(oid(usage)) });

/** Subject alternative name of one URI. */
export const uriName = (uri: string, tag = 0x86): Extension => ({
  oid: '2.5.29.17',
  critical: true,
  value: sequence(tlv(tag, Buffer.from(uri, 'utf8'))),
});

export interface LeafOptions {
  readonly authority: Authority;
  /** Undefined for an instance without one. */
  readonly certificateLog: KeyPair | undefined;
  readonly claims: FulcioClaims;
  /** The signer of the claims where left out. */
  readonly subject?: string;
  readonly notBefore: number;
  readonly notAfter?: number;
  /** How many signed certificate timestamps; 1 where there is a log. */
  readonly timestamps?: number;
  /** Between Fulcio's own extensions and the timestamps. */
  readonly extensions?: readonly Extension[];
  readonly usage?: string;
  readonly spec?: Partial<CertificateSpec>;
}

/** A leaf as Fulcio issues them: no subject, ten minutes of life, an identity in the alternative name. */
export const issueLeaf = (options: LeafOptions): Certificate => {
  const { authority, certificateLog, claims, notBefore } = options;
  const plain: CertificateSpec = {
    subject: [],
    issuer: authority.issuer.spec.subject,
    key: keyPair('sigstore leaf'),
    signer: authority.issuer.key,
    serial: serialOf(`sigstore leaf ${notBefore}`),
    notBefore,
    notAfter: options.notAfter ?? notBefore + LEAF_LIFE,
    ca: 'absent',
    keyUsage: ['digitalSignature'],
    extensions: [
      extendedKeyUsage(options.usage ?? '1.3.6.1.5.5.7.3.3'),
      uriName(options.subject ?? claims[9] ?? ''),
      ...extensionsOf(claims),
      ...(options.extensions ?? []),
    ],
    ...options.spec,
  };
  const count = certificateLog === undefined ? 0 : (options.timestamps ?? 1);
  if (certificateLog === undefined || count === 0) return certificate(plain);
  let tbs: Buffer = Buffer.alloc(0);
  certificate({
    ...plain,
    tbs: (bytes) => {
      tbs = bytes;
      return bytes;
    },
  });
  const scts = Array.from({ length: count }, () =>
    signedTimestamp(tbs, authority.issuer.key, certificateLog, notBefore),
  );
  return certificate({ ...plain, extensions: [...(plain.extensions ?? []), sctList(scts)] });
};
