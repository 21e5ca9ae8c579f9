import type { ByteReader } from './byte-reader.ts';

/** What the TDX module measured and reports about a TD (Intel TDX DCAP Quoting Library API, A.3.2). Views of the quote's bytes. */
export interface TdReport {
  /** 16 SVNs of the module and microcode, as they were when the TD started. */
  readonly teeTcbSvn: Uint8Array;
  readonly mrSeam: Uint8Array;
  readonly mrSignerSeam: Uint8Array;
  readonly seamAttributes: Uint8Array;
  readonly tdAttributes: Uint8Array;
  readonly xfam: Uint8Array;
  readonly mrTd: Uint8Array;
  readonly mrConfigId: Uint8Array;
  readonly mrOwner: Uint8Array;
  readonly mrOwnerConfig: Uint8Array;
  readonly rtmrs: readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  /** 64 bytes that the TD chose. */
  readonly reportData: Uint8Array;
  /** TD 1.5 only: the SVNs of the module that runs now. */
  readonly teeTcbSvn2: Uint8Array | undefined;
  /** TD 1.5 only: the measurement of a service TD bound to this one. */
  readonly mrServiceTd: Uint8Array | undefined;
}

export const TD_REPORT_10_BYTES = 584;
export const TD_REPORT_15_BYTES = 648;

const REGISTER_BYTES = 48;

/** Reads a TD report of {@link TD_REPORT_10_BYTES}, or with `extended` of {@link TD_REPORT_15_BYTES}. */
export const readTdReport = (reader: ByteReader, extended: boolean): TdReport => {
  const register = (): Uint8Array => reader.take(REGISTER_BYTES, 'the TD report');
  const field = (length: number): Uint8Array => reader.take(length, 'the TD report');
  // Properties are evaluated in the order of the text, which is that of the bytes.
  return {
    teeTcbSvn: field(16),
    mrSeam: register(),
    mrSignerSeam: register(),
    seamAttributes: field(8),
    tdAttributes: field(8),
    xfam: field(8),
    mrTd: register(),
    mrConfigId: register(),
    mrOwner: register(),
    mrOwnerConfig: register(),
    rtmrs: [register(), register(), register(), register()],
    reportData: field(64),
    teeTcbSvn2: extended ? field(16) : undefined,
    mrServiceTd: extended ? register() : undefined,
  };
};
