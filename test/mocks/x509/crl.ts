/** SIMULATED hardware: certificate revocation lists (RFC 5280, 5.1) with every part settable. */
import type { Buffer } from 'node:buffer';
import { bitString, enumerated, explicit, integer, oid, sequence, time } from '../der.ts';
import { ECDSA_WITH_SHA256 } from './certificate.ts';
import { authorityKeyId, crlNumber, type Extension, encodeExtension } from './extensions.ts';
import { type KeyPair, signDer } from './keys.ts';
import { encodeName, type Name } from './name.ts';

export interface Revoked {
  readonly serial: Uint8Array;
  /** Seconds since 1970; the list's own date where absent. */
  readonly date?: number;
  /** CRLReason; 1 is key compromise, as in Intel's lists. */
  readonly reason?: number | 'absent';
}

export interface CrlSpec {
  readonly issuer: Name;
  readonly signer: KeyPair;
  readonly thisUpdate: number;
  readonly nextUpdate: number | 'absent';
  readonly revoked: readonly Revoked[];
  readonly number?: number;
  /** After CRL number and authority key identifier. */
  readonly extensions?: readonly Extension[];
  readonly algorithm?: Uint8Array;
  /** 2 in every good list. */
  readonly version?: number;
  readonly tbs?: (tbs: Buffer) => Buffer;
  readonly signature?: (signature: Buffer) => Buffer;
  readonly edit?: (der: Buffer) => Buffer;
}

const KEY_COMPROMISE = 1;

const entry = ({ serial, date, reason = KEY_COMPROMISE }: Revoked, listDate: number): Buffer =>
  sequence(
    integer(serial),
    time(date ?? listDate),
    ...(reason === 'absent' ? [] : [sequence(encodeExtension({ oid: '2.5.29.21', value: enumerated(reason) }))]),
  );

const tbsOf = (spec: CrlSpec): Buffer => {
  const extensions = [crlNumber(spec.number ?? 1), authorityKeyId(spec.signer), ...(spec.extensions ?? [])];
  return sequence(
    integer((spec.version ?? 2) - 1),
    spec.algorithm ?? sequence(oid('1.2.840.10045.4.3.2')),
    encodeName(spec.issuer),
    time(spec.thisUpdate),
    ...(spec.nextUpdate === 'absent' ? [] : [time(spec.nextUpdate)]),
    ...(spec.revoked.length === 0 ? [] : [sequence(...spec.revoked.map((one) => entry(one, spec.thisUpdate)))]),
    explicit(0, sequence(...extensions.map(encodeExtension))),
  );
};

const same = (bytes: Buffer): Buffer => bytes;

/** The list in DER. */
export const crl = (spec: CrlSpec): Buffer => {
  const tbs = (spec.tbs ?? same)(tbsOf(spec));
  const signature = (spec.signature ?? same)(signDer(tbs, spec.signer));
  return (spec.edit ?? same)(sequence(tbs, spec.algorithm ?? ECDSA_WITH_SHA256, bitString(signature)));
};
