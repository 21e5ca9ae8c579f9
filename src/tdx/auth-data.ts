import { ByteReader } from './byte-reader.ts';
import { TdxError } from './errors.ts';
import { QE_REPORT_BYTES, type QeReport, readQeReport } from './qe-report.ts';

/** How a quote is signed: ECDSA 256-bit Quote Signature Data, v4 (Intel TDX DCAP Quoting Library API, A.3.8). Views. */
export interface AuthData {
  /** r and s, over {@link Quote.signedBytes}. */
  readonly signature: Uint8Array;
  /** x and y of a point on P-256. */
  readonly attestationKey: Uint8Array;
  readonly qeReport: QeReport;
  readonly qeReportBytes: Uint8Array;
  /** r and s, over the report of the quoting enclave, by the PCK. */
  readonly qeReportSignature: Uint8Array;
  readonly qeAuthData: Uint8Array;
  /** PEM: leaf, intermediate, root. */
  readonly pckChainPem: string;
}

/** QE Report Certification Data: what a quote of version 4 or 5 carries. */
const QE_REPORT_CERTIFICATION = 6;
/** PCK certificate chain. The others name a certificate to be fetched by its encrypted PPID. */
const PCK_CHAIN_CERTIFICATION = 5;

const certification = (reader: ByteReader, expected: number, what: string): Uint8Array => {
  const type = reader.u16(what);
  if (type !== expected) {
    throw new TdxError('unsupported-certification', `${what} is of type ${type}; only type ${expected} is supported`);
  }
  return reader.take(reader.u32(what), what);
};

/** Reads authentication data to its last byte: every inner length is exact. Throws `bad-quote` and `unsupported-certification`. */
export const readAuthData = (bytes: Uint8Array): AuthData => {
  const outer = new ByteReader(bytes);
  const signature = outer.take(64, 'the signature');
  const attestationKey = outer.take(64, 'the attestation key');
  const inner = new ByteReader(certification(outer, QE_REPORT_CERTIFICATION, 'the certification data'));
  outer.end('the certification data');
  const qeReportBytes = inner.take(QE_REPORT_BYTES, 'the QE report');
  const qeReportSignature = inner.take(64, 'the signature of the QE report');
  const qeAuthData = inner.take(inner.u16('the QE authentication data'), 'the QE authentication data');
  const pem = certification(inner, PCK_CHAIN_CERTIFICATION, 'the certification data of the QE');
  inner.end('the PCK certificate chain');
  return {
    signature,
    attestationKey,
    qeReport: readQeReport(qeReportBytes),
    qeReportBytes,
    qeReportSignature,
    qeAuthData,
    // Latin-1 keeps every byte apart, so that none but those of PEM pass as such.
    pckChainPem: Buffer.from(pem).toString('latin1'),
  };
};
