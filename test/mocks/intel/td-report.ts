/** SIMULATED hardware: header and body of a TDX quote, versions 4 and 5 (Intel TDX DCAP Quoting Library API, appendix 3). */
import { Buffer } from 'node:buffer';
import { field, u16, u32 } from './field.ts';

export interface QuoteHeader {
  readonly version: number;
  /** 2 is ECDSA on P-256. */
  readonly attestationKeyType: number;
  readonly teeType: number;
  readonly qeSvn: number;
  readonly pceSvn: number;
  readonly qeVendorId: Uint8Array;
  readonly userData: Uint8Array;
}

export interface TdBody {
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
  readonly rtmr0: Uint8Array;
  readonly rtmr1: Uint8Array;
  readonly rtmr2: Uint8Array;
  readonly rtmr3: Uint8Array;
  readonly reportData: Uint8Array;
  /** Of TD 1.5 bodies only. */
  readonly teeTcbSvn2: Uint8Array;
  readonly mrServiceTd: Uint8Array;
}

export const QE_VENDOR_ID = Buffer.from('939a7233f79c4ca9940a0db3957f0607', 'hex');
/** Reaches the first level of the mock TCB info, and TDX_01's first level. */
export const TEE_TCB_SVN = Buffer.from('0b010400000000000000000000000000', 'hex');

const SIZES_1_0 = {
  teeTcbSvn: 16,
  mrSeam: 48,
  mrSignerSeam: 48,
  seamAttributes: 8,
  tdAttributes: 8,
  xfam: 8,
  mrTd: 48,
  mrConfigId: 48,
  mrOwner: 48,
  mrOwnerConfig: 48,
  rtmr0: 48,
  rtmr1: 48,
  rtmr2: 48,
  rtmr3: 48,
  reportData: 64,
} as const;
const SIZES_1_5 = { ...SIZES_1_0, teeTcbSvn2: 16, mrServiceTd: 48 } as const;

const DEFAULTS: Partial<TdBody> = {
  teeTcbSvn: TEE_TCB_SVN,
  teeTcbSvn2: TEE_TCB_SVN,
  mrSeam: Buffer.alloc(48, 'SIMULATED SEAM '),
  // SEPT_VE_DISABLE alone, as dstack starts its machines.
  tdAttributes: Buffer.from('0000001000000000', 'hex'),
  xfam: Buffer.from('e702060000000000', 'hex'),
};

export const encodeHeader = (header: Partial<QuoteHeader>): Buffer => {
  const { version = 4, attestationKeyType = 2, teeType = 0x81, qeSvn = 0, pceSvn = 0 } = header;
  return Buffer.concat([
    u16(version),
    u16(attestationKeyType),
    u32(teeType),
    u16(qeSvn),
    u16(pceSvn),
    field('qeVendorId', header.qeVendorId ?? QE_VENDOR_ID, 16),
    field('userData', header.userData ?? Buffer.alloc(20), 20),
  ]);
};

/** The body, 584 bytes, or with `td15` 648. Fields that are not given are zero, but for a sound module and its attributes. */
export const encodeBody = (body: Partial<TdBody>, td15: boolean): Buffer =>
  Buffer.concat(
    (Object.entries(td15 ? SIZES_1_5 : SIZES_1_0) as [keyof TdBody, number][]).map(([name, size]) =>
      field(name, body[name] ?? DEFAULTS[name] ?? Buffer.alloc(size), size),
    ),
  );
