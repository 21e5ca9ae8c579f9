import { type AuthData, readAuthData } from './auth-data.ts';
import { ByteReader } from './byte-reader.ts';
import { TdxError } from './errors.ts';
import { TD_REPORT_10_BYTES, TD_REPORT_15_BYTES, type TdReport, readTdReport } from './td-report.ts';

/** A quote has about 5 KiB, and some guests hand out the whole buffer that it was made in. */
export const MAX_QUOTE_BYTES = 64 * 1024;
/** Zero bytes after the authentication data: what is left of the largest buffer seen, 16 KiB. */
export const MAX_PADDING_BYTES = 16 * 1024;

/** A TDX quote, taken apart and not yet believed. Byte fields are views of one copy of what was given. */
export interface Quote extends AuthData {
  readonly version: 4 | 5;
  /** Bytes 8 to 12 of the header, which newer texts of Intel's reserve. */
  readonly qeSvn: number;
  readonly pceSvn: number;
  /** 20 bytes; Intel's quoting enclave puts a platform id into the first 16. */
  readonly userData: Uint8Array;
  readonly bodyType: 'td10' | 'td15';
  readonly body: TdReport;
  /** Header and body: what the attestation key signed. */
  readonly signedBytes: Uint8Array;
  /**
   * Where the authentication data ends; only zero bytes follow. Nothing vouches for how many, nor for how the PEM inside is broken into
   * lines, so never take a hash of a whole quote for an identity.
   */
  readonly authenticatedLength: number;
  readonly paddingLength: number;
}

const ECDSA_P256 = 2;
const TEE_TDX = 0x81;
const QE_VENDOR_INTEL = '939a7233f79c4ca9940a0db3957f0607';
const BODY_TD10 = 2;
const BODY_TD15 = 3;

/** Type and size of the body of a v5 quote (A.4): true for TD 1.5. */
const readBodyType = (reader: ByteReader): boolean => {
  const type = reader.u16('the type of the body');
  const size = reader.u32('the size of the body');
  if (type !== BODY_TD10 && type !== BODY_TD15) {
    throw new TdxError(
      'unsupported-body',
      `the quote has a body of type ${type}; supported are 2 (TD 1.0) and 3 (TD 1.5)`,
    );
  }
  const due = type === BODY_TD10 ? TD_REPORT_10_BYTES : TD_REPORT_15_BYTES;
  if (size !== due) throw new TdxError('bad-quote', `the body of the quote has ${size} bytes; its type has ${due}`);
  return type === BODY_TD15;
};

const readVersion = (reader: ByteReader): 4 | 5 => {
  const version = reader.u16('the header');
  if (version !== 4 && version !== 5) {
    throw new TdxError('unsupported-version', `the quote is of version ${version}; supported are 4 and 5`);
  }
  return version;
};

/**
 * Takes a quote of version 4 or 5 apart (Intel TDX DCAP Quoting Library API, appendix A; v5 with a TD 1.0 or TD 1.5 body). Every length
 * is exact, and after the authentication data only zero bytes may stand. Believes nothing: see `verifyQuoteSignature`. Throws
 * `bad-quote`, `unsupported-version`, `unsupported-key-type`, `unsupported-tee`, `unsupported-body`, `unsupported-certification` and `wrong-qe`.
 */
export const parseQuote = (given: Uint8Array): Quote => {
  if (given.length > MAX_QUOTE_BYTES) {
    throw new TdxError('bad-quote', `the quote has ${given.length} bytes, more than ${MAX_QUOTE_BYTES}`);
  }
  const bytes = new Uint8Array(given);
  const reader = new ByteReader(bytes);
  const version = readVersion(reader);
  const keyType = reader.u16('the header');
  if (keyType !== ECDSA_P256) {
    throw new TdxError(
      'unsupported-key-type',
      `the attestation key is of type ${keyType}; supported is 2 (ECDSA P-256)`,
    );
  }
  const tee = reader.u32('the header');
  if (tee !== TEE_TDX) throw new TdxError('unsupported-tee', `the quote is of TEE type ${tee}, not of TDX (129)`);
  const qeSvn = reader.u16('the header');
  const pceSvn = reader.u16('the header');
  const vendor = Buffer.from(reader.take(16, 'the header')).toString('hex');
  if (vendor !== QE_VENDOR_INTEL)
    throw new TdxError('wrong-qe', `the vendor of the quoting enclave is ${vendor}, not Intel`);
  const userData = reader.take(20, 'the header');
  const extended = version === 5 && readBodyType(reader);
  const body = readTdReport(reader, extended);
  const signedBytes = bytes.subarray(0, reader.offset);
  const auth = reader.take(reader.u32('the length of the authentication data'), 'the authentication data');
  const authenticatedLength = reader.offset;
  const padding = reader.take(reader.left, 'the padding');
  if (padding.length > MAX_PADDING_BYTES) {
    throw new TdxError('bad-quote', `${padding.length} bytes follow the quote, more than ${MAX_PADDING_BYTES}`);
  }
  if (padding.some((byte) => byte !== 0)) throw new TdxError('bad-quote', 'bytes other than zero follow the quote');
  return {
    ...readAuthData(auth),
    version,
    qeSvn,
    pceSvn,
    userData,
    bodyType: extended ? 'td15' : 'td10',
    body,
    signedBytes,
    authenticatedLength,
    paddingLength: padding.length,
  };
};
