/** SIMULATED hardware: whole quotes, signed, with every field, length and signature settable. */
import { Buffer } from 'node:buffer';
import { pemChain } from '../pem.ts';
import { type KeyPair, keyPair, signRaw } from '../x509/keys.ts';
import { field, u16, u32 } from './field.ts';
import type { Pki } from './pki.ts';
import type { Platform } from './platform.ts';
import { encodeQeReport, type QeReport } from './qe-report.ts';
import { encodeBody, encodeHeader, type QuoteHeader, type TdBody } from './td-report.ts';

export interface QuoteChanges {
  readonly header?: Partial<QuoteHeader>;
  readonly body?: Partial<TdBody>;
  /** A TD 1.5 body, which only a version 5 quote can hold. */
  readonly td15?: boolean;
  /** What a version 5 quote says of its body: 2 for TD 1.0, 3 for TD 1.5, and its size. */
  readonly bodyType?: number;
  readonly bodySize?: number;
  /** Changes header and body before they are signed. */
  readonly editSigned?: (signed: Buffer) => Buffer;

  readonly attestationKey?: KeyPair;
  /** In place of the attestation key's own point and signature, 64 bytes each. */
  readonly attestationPublicKey?: Uint8Array;
  readonly signature?: Uint8Array;

  readonly qeReport?: Partial<QeReport>;
  readonly qeAuthData?: Uint8Array;
  /** Signs the quoting enclave's report. */
  readonly pckKey?: KeyPair;
  readonly qeReportSignature?: Uint8Array;

  /** Certificates in DER, leaf first, of the chain inside of the quote. */
  readonly chain?: readonly Uint8Array[];
  /** In place of the chain's PEM text and the NUL that real quotes have after it. */
  readonly chainBytes?: Uint8Array;

  /** 6 and 5 in good quotes. */
  readonly certificationType?: number;
  readonly innerType?: number;
  /** Lengths that are told in place of the true ones. */
  readonly authLength?: number;
  readonly certificationLength?: number;
  readonly qeAuthLength?: number;
  readonly innerLength?: number;

  /** What follows after the signed part: 70 zeros, as in real quotes. */
  readonly trailing?: Uint8Array;
  /** Changes the finished quote. */
  readonly edit?: (quote: Buffer) => Buffer;
}

const TRAILING_ZEROS = Buffer.alloc(70);
const QE_AUTH_DATA = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
const NUL = Buffer.from([0]);

const bodyTypeOf = (changes: QuoteChanges, body: Buffer): Buffer =>
  Buffer.concat([u16(changes.bodyType ?? (changes.td15 === true ? 3 : 2)), u32(changes.bodySize ?? body.length)]);

/** A quote of `platform`, good but for what `changes` says. */
export const quote = (name: string, pki: Pki, platform: Platform, changes: QuoteChanges): Buffer => {
  const version = changes.header?.version ?? 4;
  const body = encodeBody(changes.body ?? {}, changes.td15 === true);
  const kind = version >= 5 ? bodyTypeOf(changes, body) : Buffer.alloc(0);
  const plain = Buffer.concat([encodeHeader(changes.header ?? {}), kind, body]);
  const signed = changes.editSigned?.(plain) ?? plain;

  const attestationKey = changes.attestationKey ?? keyPair(`${name} attestation`);
  const publicKey = field('attestation key', changes.attestationPublicKey ?? attestationKey.point, 64);
  const signature = field('signature', changes.signature ?? signRaw(signed, attestationKey), 64);

  const authData = changes.qeAuthData ?? QE_AUTH_DATA;
  const report = encodeQeReport(changes.qeReport ?? {}, platform.cpuSvn, publicKey, authData);
  const reportSignature = changes.qeReportSignature ?? signRaw(report, changes.pckKey ?? pki.pck.key);
  const chain =
    changes.chainBytes ??
    Buffer.concat([Buffer.from(pemChain(changes.chain ?? [pki.pck.der, pki.pckCa.der, pki.root.der]), 'latin1'), NUL]);

  const certification = Buffer.concat([
    report,
    field('QE report signature', reportSignature, 64),
    u16(changes.qeAuthLength ?? authData.length),
    authData,
    u16(changes.innerType ?? 5),
    u32(changes.innerLength ?? chain.length),
    chain,
  ]);
  const auth = Buffer.concat([
    signature,
    publicKey,
    u16(changes.certificationType ?? 6),
    u32(changes.certificationLength ?? certification.length),
    certification,
  ]);
  const whole = Buffer.concat([
    signed,
    u32(changes.authLength ?? auth.length),
    auth,
    changes.trailing ?? TRAILING_ZEROS,
  ]);
  return changes.edit?.(whole) ?? whole;
};
