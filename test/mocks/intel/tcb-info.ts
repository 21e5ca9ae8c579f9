/** SIMULATED hardware: Intel's TCB info for TDX (id TDX, version 3) as PCS v4 gives it. */
import { Buffer } from 'node:buffer';
import type { Platform } from './platform.ts';

export interface Component {
  readonly svn: number;
  readonly category?: string;
  readonly type?: string;
}

export interface TcbLevel {
  readonly tcb: {
    readonly sgxtcbcomponents: readonly Component[];
    readonly pcesvn: number;
    readonly tdxtcbcomponents: readonly Component[];
  };
  readonly tcbDate: string;
  readonly tcbStatus: string;
  readonly advisoryIDs?: readonly string[];
}

export interface IsvLevel {
  readonly tcb: { readonly isvsvn: number };
  readonly tcbDate: string;
  readonly tcbStatus: string;
  readonly advisoryIDs?: readonly string[];
}

export interface ModuleIdentity {
  readonly id: string;
  readonly mrsigner: string;
  readonly attributes: string;
  readonly attributesMask: string;
  readonly tcbLevels: readonly IsvLevel[];
}

export interface TcbInfo {
  readonly id: string;
  readonly version: number;
  readonly issueDate: string;
  readonly nextUpdate: string;
  readonly fmspc: string;
  readonly pceId: string;
  readonly tcbType: number;
  readonly tcbEvaluationDataNumber: number;
  readonly tdxModule: Omit<ModuleIdentity, 'id' | 'tcbLevels'>;
  readonly tdxModuleIdentities: readonly ModuleIdentity[];
  readonly tcbLevels: readonly TcbLevel[];
}

/** What TEE_TCB_SVN of a quote must reach: module minor SVN, module major version, microcode. */
export const TDX_COMPONENTS = [5, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] as const;

const module = {
  mrsigner: '00'.repeat(48),
  attributes: '00'.repeat(8),
  attributesMask: 'FF'.repeat(8),
};

/** Seconds since 1970 as Intel writes dates: no fraction. */
export const isoTime = (seconds: number): string => new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z');

const svns = (values: readonly number[]): readonly Component[] => values.map((svn) => ({ svn }));
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();
/** One less where there is something to take away. */
const lower = (values: readonly number[], by: number): number[] => values.map((value) => Math.max(0, value - by));

/** A level per step below the platform: reached in full, by one less, by any machine. */
const levels = (platform: Platform): readonly TcbLevel[] => {
  const level = (by: number, date: string, rest: Omit<TcbLevel, 'tcb' | 'tcbDate'>): TcbLevel => ({
    tcb: {
      sgxtcbcomponents: svns(lower(platform.components, by)),
      pcesvn: Math.max(0, platform.pceSvn - by),
      tdxtcbcomponents: svns(lower(TDX_COMPONENTS, by)),
    },
    tcbDate: date,
    ...rest,
  });
  return [
    level(0, '2025-08-13T00:00:00Z', { tcbStatus: 'UpToDate' }),
    level(1, '2024-03-13T00:00:00Z', { tcbStatus: 'OutOfDate', advisoryIDs: ['INTEL-SA-01036', 'INTEL-SA-01099'] }),
    level(255, '2018-01-04T00:00:00Z', { tcbStatus: 'OutOfDate', advisoryIDs: ['INTEL-SA-00106'] }),
  ];
};

const isv = (isvsvn: number, tcbDate: string, tcbStatus: string, advisoryIDs?: readonly string[]): IsvLevel => ({
  tcb: { isvsvn },
  tcbDate,
  tcbStatus,
  ...(advisoryIDs === undefined ? {} : { advisoryIDs }),
});

/** What fits `platform`, valid from `issued` until `next` (seconds since 1970). */
export const tcbInfo = (platform: Platform, issued: number, next: number): TcbInfo => ({
  id: 'TDX',
  version: 3,
  issueDate: isoTime(issued),
  nextUpdate: isoTime(next),
  fmspc: hex(platform.fmspc),
  pceId: hex(platform.pceId),
  tcbType: 0,
  tcbEvaluationDataNumber: 20,
  tdxModule: module,
  tdxModuleIdentities: [
    {
      id: 'TDX_03',
      ...module,
      tcbLevels: [
        isv(5, '2025-08-13T00:00:00Z', 'UpToDate'),
        isv(3, '2025-05-14T00:00:00Z', 'OutOfDate', ['INTEL-SA-01245']),
      ],
    },
    {
      id: 'TDX_01',
      ...module,
      tcbLevels: [
        isv(11, '2025-08-13T00:00:00Z', 'UpToDate'),
        isv(6, '2025-05-14T00:00:00Z', 'OutOfDate', ['INTEL-SA-01192', 'INTEL-SA-01245']),
      ],
    },
  ],
  tcbLevels: levels(platform),
});
