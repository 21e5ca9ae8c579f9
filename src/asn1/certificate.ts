import { createPublicKey, type KeyObject } from 'node:crypto';
import { DerReader, TAG, contextTag, readDer } from './der.ts';
import { Asn1Error } from './errors.ts';
import {
  type BasicConstraints,
  EXTENSION,
  type Extensions,
  basicConstraintsOf,
  keyUsageOf,
  readExtensions,
  refuseUnknownCritical,
} from './extensions.ts';
import { commonNameOf } from './name.ts';
import { splitPem } from './pem.ts';
import { timeOf } from './time.ts';
import { type Algorithm, algorithmOf, smallInteger, unsignedHex, wholeBytes } from './values.ts';

/** One certificate: Intel's have 1.3 KiB; one of dstack carries a quote and an event log. */
export const MAX_CERTIFICATE_BYTES = 256 * 1024;

/** A certificate, decoded and not yet believed. Byte fields are views of `der`, which is a copy of what was given. */
export interface Certificate {
  readonly der: Uint8Array;
  /** What the signature covers. */
  readonly tbs: Uint8Array;
  /** Lower-case hex without leading zero bytes. */
  readonly serial: string;
  /** The Names as DER: chaining compares bytes. */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly commonName: string | undefined;
  readonly issuerCommonName: string | undefined;
  /** Seconds since 1970; both ends are inside. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** SubjectPublicKeyInfo as DER. */
  readonly spki: Uint8Array;
  readonly publicKey: KeyObject;
  readonly algorithm: Algorithm;
  readonly signature: Uint8Array;
  readonly extensions: Extensions;
  readonly basicConstraints: BasicConstraints;
  readonly keyUsage: ReadonlySet<number> | undefined;
}

export interface CertificateOptions {
  /** Extensions that the caller looks at itself and that may therefore be critical. */
  readonly understood?: readonly string[];
}

const UNDERSTOOD: readonly string[] = [EXTENSION.basicConstraints, EXTENSION.keyUsage];

const keyOf = (spki: Uint8Array, what: string): KeyObject => {
  try {
    return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  } catch (cause) {
    throw new Asn1Error('bad-certificate', `${what} has a public key that cannot be read`, { cause });
  }
};

/**
 * Decodes one X.509 v3 certificate of DER (RFC 5280 4.1), with nothing after it. An extension given twice, or critical and not
 * understood, is an error. `what` names it in messages. Throws `Asn1Error`.
 */
export const parseCertificate = (bytes: Uint8Array, what: string, options: CertificateOptions = {}): Certificate => {
  if (bytes.length > MAX_CERTIFICATE_BYTES) {
    throw new Asn1Error('too-large', `${what} has ${bytes.length} bytes, more than ${MAX_CERTIFICATE_BYTES}`);
  }
  const der = new Uint8Array(bytes);
  const outer = DerReader.inside(readDer(der, TAG.sequence, what), what);
  const tbs = outer.next(TAG.sequence, 'tbsCertificate');
  const algorithmOutside = outer.next(TAG.sequence, 'signatureAlgorithm');
  const signature = wholeBytes(outer.next(TAG.bitString, 'signatureValue'), `${what}: signatureValue`);
  outer.end();

  const reader = DerReader.inside(tbs, what);
  const version = DerReader.inside(reader.next(contextTag(0), 'version'), what);
  // v3 is written as 2.
  if (smallInteger(version.next(TAG.integer, 'version'), 255, `${what}: version`) !== 2) {
    throw new Asn1Error('bad-certificate', `${what} is not of version 3`);
  }
  version.end();
  const serial = unsignedHex(reader.next(TAG.integer, 'serialNumber'), `${what}: serialNumber`);
  if (serial.length > 40) throw new Asn1Error('bad-certificate', `${what} has a serial number of more than 20 bytes`);
  const algorithmInside = reader.next(TAG.sequence, 'signature');
  if (Buffer.compare(algorithmInside.bytes, algorithmOutside.bytes) !== 0) {
    throw new Asn1Error('bad-certificate', `${what} names one signature algorithm inside and another outside`);
  }
  const issuer = reader.next(TAG.sequence, 'issuer');
  const validity = DerReader.inside(reader.next(TAG.sequence, 'validity'), what);
  const notBefore = timeOf(validity.any('notBefore'), `${what}: notBefore`);
  const notAfter = timeOf(validity.any('notAfter'), `${what}: notAfter`);
  validity.end();
  const subject = reader.next(TAG.sequence, 'subject');
  const spki = reader.next(TAG.sequence, 'subjectPublicKeyInfo').bytes;
  const wrapped = reader.optional(contextTag(3), 'extensions');
  reader.end();
  let extensions: Extensions = new Map();
  if (wrapped !== undefined) {
    const inside = DerReader.inside(wrapped, what);
    extensions = readExtensions(inside.next(TAG.sequence, 'extensions'), what, 'bad-certificate');
    inside.end();
  }
  refuseUnknownCritical(extensions, [...UNDERSTOOD, ...(options.understood ?? [])], what);
  return {
    der,
    tbs: tbs.bytes,
    serial,
    issuer: issuer.bytes,
    subject: subject.bytes,
    commonName: commonNameOf(subject, `${what}: subject`),
    issuerCommonName: commonNameOf(issuer, `${what}: issuer`),
    notBefore,
    notAfter,
    spki,
    publicKey: keyOf(spki, what),
    algorithm: algorithmOf(algorithmInside, `${what}: signature`),
    signature,
    extensions,
    basicConstraints: basicConstraintsOf(extensions, what),
    keyUsage: keyUsageOf(extensions, what),
  };
};

/** The certificates of a PEM text, leaf first as given. */
export const parsePemChain = (text: string, what: string, options: CertificateOptions = {}): Certificate[] =>
  splitPem(text, 'CERTIFICATE', what).map((der, index) =>
    parseCertificate(der, `certificate ${index + 1} of ${what}`, options),
  );
