/** SIMULATED hardware: DCAP collateral with the key names of dcap-qvl and near/mpc, signed over its exact strings. */
import { Buffer } from 'node:buffer';
import { pemChain } from '../pem.ts';
import { type CrlSpec, crl } from '../x509/crl.ts';
import { type KeyPair, signRaw } from '../x509/keys.ts';
import type { Pki } from './pki.ts';
import type { Platform } from './platform.ts';
import { type QeIdentity, qeIdentity } from './qe-identity.ts';
import { type TcbInfo, tcbInfo } from './tcb-info.ts';

export interface Collateral {
  readonly pck_crl_issuer_chain: string;
  /** Hex of DER. */
  readonly root_ca_crl: string;
  readonly pck_crl: string;
  readonly tcb_info_issuer_chain: string;
  /** The exact string that is signed. */
  readonly tcb_info: string;
  /** Hex of r and s. */
  readonly tcb_info_signature: string;
  readonly qe_identity_issuer_chain: string;
  readonly qe_identity: string;
  readonly qe_identity_signature: string;
  readonly pck_certificate_chain?: string;
}

/** A signed JSON document: changed before or after it is written out, signed by another key, or by nobody. */
export interface DocumentChanges<T> {
  readonly change?: Partial<T> | ((document: T) => object);
  /** The text itself, which is signed as it is. */
  readonly text?: string;
  readonly signer?: KeyPair;
  /** Hex. */
  readonly signature?: string;
}

/** A list's parts, or the bytes that stand in its place. */
export type CrlChanges = Partial<CrlSpec> | Uint8Array;

export interface CollateralChanges {
  /** Seconds since 1970: all dates lie around it. */
  readonly now?: number;
  readonly tcbInfo?: DocumentChanges<TcbInfo>;
  readonly qeIdentity?: DocumentChanges<QeIdentity>;
  readonly rootCrl?: CrlChanges;
  readonly pckCrl?: CrlChanges;
  /** Certificates in DER, leaf first. */
  readonly tcbSignerChain?: readonly Uint8Array[];
  readonly qeSignerChain?: readonly Uint8Array[];
  readonly pckCrlChain?: readonly Uint8Array[];
  /** Also gives the PCK chain, which belongs in the quote. */
  readonly withPckChain?: boolean;
  /** PEM strings end in a NUL, as those in NEAR's files do. */
  readonly nuls?: boolean;
  readonly edit?: (collateral: Collateral) => object;
}

const DAY = 24 * 3600;
/** Intel reissues every month and the root's list every year. */
const MONTH = 30 * DAY;
const YEAR = 365 * DAY;

const isBytes = (changes: CrlChanges): changes is Uint8Array => changes instanceof Uint8Array;
const list = (usual: CrlSpec, changes: CrlChanges = {}): string =>
  Buffer.from(isBytes(changes) ? changes : crl({ ...usual, ...changes })).toString('hex');

const document = <T extends object>(usual: T, signer: KeyPair, changes: DocumentChanges<T> = {}): [string, string] => {
  const changed = typeof changes.change === 'function' ? changes.change(usual) : { ...usual, ...changes.change };
  const text = changes.text ?? JSON.stringify(changed);
  const signature = changes.signature ?? signRaw(Buffer.from(text, 'utf8'), changes.signer ?? signer).toString('hex');
  return [text, signature];
};

/** Good collateral for `platform`, issued a day before `now`, but for what `changes` says. */
export const collateral = (pki: Pki, platform: Platform, usualNow: number, changes: CollateralChanges): Collateral => {
  const now = changes.now ?? usualNow;
  const [issued, next] = [now - DAY, now - DAY + MONTH];
  const signerChain = [pki.tcbSigner.der, pki.root.der];
  const end = changes.nuls === true ? '\0' : '';
  const chain = (ders: readonly Uint8Array[]): string => `${pemChain(ders)}${end}`;
  const [tcbText, tcbSignature] = document(tcbInfo(platform, issued, next), pki.tcbSigner.key, changes.tcbInfo);
  const [qeText, qeSignature] = document(qeIdentity(issued, next), pki.tcbSigner.key, changes.qeIdentity);
  const listOf = (issuer: Pki['root'], until: number): CrlSpec => ({
    issuer: issuer.spec.subject,
    signer: issuer.key,
    thisUpdate: issued,
    nextUpdate: until,
    revoked: [],
  });
  const good: Collateral = {
    pck_crl_issuer_chain: chain(changes.pckCrlChain ?? [pki.pckCa.der, pki.root.der]),
    root_ca_crl: list(listOf(pki.root, issued + YEAR), changes.rootCrl),
    pck_crl: list(listOf(pki.pckCa, next), changes.pckCrl),
    tcb_info_issuer_chain: chain(changes.tcbSignerChain ?? signerChain),
    tcb_info: tcbText,
    tcb_info_signature: tcbSignature,
    qe_identity_issuer_chain: chain(changes.qeSignerChain ?? signerChain),
    qe_identity: qeText,
    qe_identity_signature: qeSignature,
    ...(changes.withPckChain === true
      ? { pck_certificate_chain: chain([pki.pck.der, pki.pckCa.der, pki.root.der]) }
      : {}),
  };
  return (changes.edit === undefined ? good : changes.edit(good)) as Collateral;
};
