/** SIMULATED hardware: X.509 v3 certificates (RFC 5280, 4.1) with every part settable, right ones and hostile ones. */
import type { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { bitString, explicit, integer, oid, sequence, time } from '../der.ts';
import { pem } from '../pem.ts';
import {
  authorityKeyId,
  basicConstraints,
  crlDistribution,
  type Extension,
  encodeExtension,
  type KeyUsage,
  keyUsage,
  subjectKeyId,
} from './extensions.ts';
import { type KeyPair, signDer } from './keys.ts';
import { encodeName, type Name } from './name.ts';

export const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));

export interface CertificateSpec {
  readonly subject: Name;
  readonly issuer: Name;
  /** The key that is certified. */
  readonly key: KeyPair;
  readonly signer: KeyPair;
  /** Most significant byte first. */
  readonly serial: Uint8Array;
  /** Seconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly ca: boolean | 'absent';
  readonly pathLength?: number;
  readonly keyUsage: readonly KeyUsage[] | 'absent';
  readonly crlUrl?: string;
  readonly keyIds?: boolean;
  /** After the usual ones. */
  readonly extensions?: readonly Extension[];
  /** The algorithm inside of what is signed and beside the signature, in DER. */
  readonly algorithm?: Uint8Array;
  readonly outerAlgorithm?: Uint8Array;
  /** 3 in every good certificate. */
  readonly version?: number;
  /** Changes what is signed, before it is signed. */
  readonly tbs?: (tbs: Buffer) => Buffer;
  /** Changes the signature (DER of r and s). */
  readonly signature?: (signature: Buffer) => Buffer;
  /** Changes the finished certificate. */
  readonly edit?: (der: Buffer) => Buffer;
}

export interface Certificate {
  readonly spec: CertificateSpec;
  readonly der: Buffer;
  readonly pem: string;
  readonly key: KeyPair;
}

/** A serial number of 20 bytes that follows from `text`; its top bit is clear, its first byte is not zero. */
export const serialOf = (text: string): Buffer => {
  const serial = createHash('sha1').update(`SIMULATED serial: ${text}`).digest();
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return serial;
};

const extensionsOf = (spec: CertificateSpec): readonly Extension[] => [
  ...(spec.keyIds === false ? [] : [authorityKeyId(spec.signer)]),
  ...(spec.crlUrl === undefined ? [] : [crlDistribution(spec.crlUrl)]),
  ...(spec.keyIds === false ? [] : [subjectKeyId(spec.key)]),
  ...(spec.keyUsage === 'absent' ? [] : [keyUsage(spec.keyUsage)]),
  ...(spec.ca === 'absent' ? [] : [basicConstraints(spec.ca, spec.pathLength)]),
  ...(spec.extensions ?? []),
];

const tbsOf = (spec: CertificateSpec): Buffer => {
  const extensions = extensionsOf(spec);
  const version = spec.version ?? 3;
  return sequence(
    ...(version === 1 ? [] : [explicit(0, integer(version - 1))]),
    integer(spec.serial),
    spec.algorithm ?? ECDSA_WITH_SHA256,
    encodeName(spec.issuer),
    sequence(time(spec.notBefore), time(spec.notAfter)),
    encodeName(spec.subject),
    spec.key.spki,
    ...(extensions.length === 0 ? [] : [explicit(3, sequence(...extensions.map(encodeExtension)))]),
  );
};

const same = (bytes: Buffer): Buffer => bytes;

export const certificate = (spec: CertificateSpec): Certificate => {
  const tbs = (spec.tbs ?? same)(tbsOf(spec));
  const signature = (spec.signature ?? same)(signDer(tbs, spec.signer));
  const algorithm = spec.outerAlgorithm ?? spec.algorithm ?? ECDSA_WITH_SHA256;
  const der = (spec.edit ?? same)(sequence(tbs, algorithm, bitString(signature)));
  return { spec, der, pem: pem(der), key: spec.key };
};
