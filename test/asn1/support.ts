import { type Certificate as Made, type CertificateSpec, certificate, serialOf } from '../mocks/x509/certificate.ts';
import { type CrlSpec, crl } from '../mocks/x509/crl.ts';
import { tlv } from '../mocks/der.ts';
import { keyPair } from '../mocks/x509/keys.ts';
import { type Name, encodeName } from '../mocks/x509/name.ts';

export { encodeName };

/** What `run` throws; not to throw is the failure. */
export const thrownBy = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
};

export const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

/** What is inside of an element, the length of which takes up to three bytes. */
export const contentOf = (der: Buffer): Buffer => der.subarray(der[1]! < 0x80 ? 2 : 2 + (der[1]! & 0x7f));

/** The elements inside of an element. */
export const partsOf = (der: Buffer): Buffer[] => {
  const parts: Buffer[] = [];
  for (let rest = contentOf(der); rest.length > 0; ) {
    const head = contentOf(rest);
    const length = rest[1]! < 0x80 ? rest[1]! : rest.readUIntBE(2, rest[1]! & 0x7f);
    const size = rest.length - head.length + length;
    parts.push(rest.subarray(0, size));
    rest = rest.subarray(size);
  }
  return parts;
};

/** `der` with the part at a path, as `[0, 3]`, changed by `edit`: to none, one or several. */
export const replacePart = (
  der: Buffer,
  [at, ...path]: readonly number[],
  edit: (part: Buffer) => Uint8Array[],
): Buffer =>
  tlv(
    der[0]!,
    ...partsOf(der).flatMap((part, index) => {
      if (index !== at) return [part];
      return path.length === 0 ? edit(part) : [replacePart(part, path, edit)];
    }),
  );

export const named = (commonName: string): Name => [
  ['CN', commonName],
  ['O', 'Test'],
];

/** 2026-09-21 14:13:20 UTC. */
export const NOW = 1_790_000_000;

const CA = {
  ca: true,
  keyUsage: ['keyCertSign', 'cRLSign'],
  notBefore: NOW - 1000,
  notAfter: NOW + 1000,
  keyIds: false,
} as const;

export const makeRoot = (change: Partial<CertificateSpec> = {}): Made =>
  certificate({
    ...CA,
    subject: named('root'),
    issuer: named('root'),
    key: keyPair('asn1 root'),
    signer: keyPair('asn1 root'),
    serial: serialOf('asn1 root'),
    ...change,
  });

export const makeIntermediate = (change: Partial<CertificateSpec> = {}): Made =>
  certificate({
    ...CA,
    subject: named('intermediate'),
    issuer: named('root'),
    key: keyPair('asn1 intermediate'),
    signer: keyPair('asn1 root'),
    serial: serialOf('asn1 intermediate'),
    ...change,
  });

export const makeLeaf = (change: Partial<CertificateSpec> = {}): Made =>
  certificate({
    ...CA,
    ca: false,
    keyUsage: ['digitalSignature'],
    subject: named('leaf'),
    issuer: named('intermediate'),
    key: keyPair('asn1 leaf'),
    signer: keyPair('asn1 intermediate'),
    serial: serialOf('asn1 leaf'),
    ...change,
  });

export const makeCrl = (change: Partial<CrlSpec> = {}): Buffer =>
  crl({
    issuer: named('root'),
    signer: keyPair('asn1 root'),
    thisUpdate: NOW - 100,
    nextUpdate: NOW + 100,
    revoked: [],
    ...change,
  });
