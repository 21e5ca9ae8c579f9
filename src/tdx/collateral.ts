import { MAX_CRL_BYTES } from '../asn1/crl.ts';
import { MAX_PEM_BYTES } from '../asn1/pem.ts';
import { JsonError, objectOf, stringOf } from '../base/json.ts';
import { TdxError } from './errors.ts';

/** Intel's largest TCB info has under 10 KiB. */
export const MAX_SIGNED_JSON_BYTES = 256 * 1024;
const SIGNATURE_BYTES = 64;

/** What Intel publishes about platforms, as it came: nothing is believed yet. The JSON texts are kept exactly, because they are signed. */
export interface Collateral {
  /** PEM: the PCK CA that issued the PCK CRL, then the root. */
  readonly pckCrlIssuerChain: string;
  readonly rootCaCrl: Uint8Array;
  readonly pckCrl: Uint8Array;
  /** PEM: the TCB signer, then the root. */
  readonly tcbInfoIssuerChain: string;
  readonly tcbInfo: string;
  readonly tcbInfoSignature: Uint8Array;
  readonly qeIdentityIssuerChain: string;
  readonly qeIdentity: string;
  readonly qeIdentitySignature: Uint8Array;
}

const bad = (what: string, cause?: unknown): TdxError =>
  new TdxError('bad-collateral', `the collateral: ${what}`, cause === undefined ? {} : { cause });

const isByte = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 255;

/** Bytes as a hex string or as an array of numbers, both of which are in use. */
const bytesOf = (value: unknown, max: number, name: string): Uint8Array => {
  const length = typeof value === 'string' ? value.length / 2 : Array.isArray(value) ? value.length : undefined;
  if (length === undefined) throw bad(`${name} is neither a hex string nor an array of bytes`);
  if (length > max) throw bad(`${name} has ${length} bytes, more than ${max}`);
  if (typeof value === 'string') {
    if (!/^(?:[0-9a-fA-F]{2})*$/.test(value)) throw bad(`${name} is not hex`);
    return new Uint8Array(Buffer.from(value, 'hex'));
  }
  const numbers: readonly unknown[] = value as readonly unknown[];
  if (!numbers.every(isByte)) throw bad(`${name} holds something other than bytes`);
  return Uint8Array.from(numbers);
};

const signatureOf = (value: unknown, name: string): Uint8Array => {
  const bytes = bytesOf(value, SIGNATURE_BYTES, name);
  if (bytes.length !== SIGNATURE_BYTES) throw bad(`${name} has ${bytes.length} bytes, not ${SIGNATURE_BYTES}`);
  return bytes;
};

const textOf = (value: unknown, max: number, name: string): string => {
  const text = stringOf(value, name);
  if (Buffer.byteLength(text) > max) throw bad(`${name} is larger than ${max} bytes`);
  return text;
};

/**
 * Reads the collateral of dcap-qvl, NEAR and Phala's PCCS clients from parsed JSON: PEM chains, CRLs and signatures (hex, or arrays of
 * bytes), and two JSON texts as strings. Other keys are passed over, `pck_certificate_chain` among them: the chain that counts is
 * in the quote. Throws `bad-collateral`.
 */
export const readCollateral = (json: unknown): Collateral => {
  try {
    const fields = objectOf(json, 'the collateral');
    return {
      pckCrlIssuerChain: textOf(fields.pck_crl_issuer_chain, MAX_PEM_BYTES, 'pck_crl_issuer_chain'),
      rootCaCrl: bytesOf(fields.root_ca_crl, MAX_CRL_BYTES, 'root_ca_crl'),
      pckCrl: bytesOf(fields.pck_crl, MAX_CRL_BYTES, 'pck_crl'),
      tcbInfoIssuerChain: textOf(fields.tcb_info_issuer_chain, MAX_PEM_BYTES, 'tcb_info_issuer_chain'),
      tcbInfo: textOf(fields.tcb_info, MAX_SIGNED_JSON_BYTES, 'tcb_info'),
      tcbInfoSignature: signatureOf(fields.tcb_info_signature, 'tcb_info_signature'),
      qeIdentityIssuerChain: textOf(fields.qe_identity_issuer_chain, MAX_PEM_BYTES, 'qe_identity_issuer_chain'),
      qeIdentity: textOf(fields.qe_identity, MAX_SIGNED_JSON_BYTES, 'qe_identity'),
      qeIdentitySignature: signatureOf(fields.qe_identity_signature, 'qe_identity_signature'),
    };
  } catch (cause) {
    if (cause instanceof JsonError) throw bad(cause.message, cause);
    throw cause;
  }
};
