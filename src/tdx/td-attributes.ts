import { TdxError } from './errors.ts';
import type { Quote } from './quote.ts';

/**
 * The bits of TD attributes (Intel TDX DCAP Quoting Library API, A.3.4, "TD Attributes"): byte 0 is TUD, "TD Under Debug", with
 * DEBUG as bit 0 and the rest reserved; bits 8 to 27, 29 and 32 to 62 are reserved and must be zero. Bit 29 came to mean
 * MIGRATABLE: such a TD may be moved to another host, which is no less a reason to refuse it.
 */
const DEBUG = 1n;
const TUD = 0xffn;
const SEPT_VE_DISABLE = 1n << 28n;
const PKS = 1n << 30n;
const KEY_LOCKER = 1n << 31n;
const PERFMON = 1n << 63n;
const KNOWN = TUD | SEPT_VE_DISABLE | PKS | KEY_LOCKER | PERFMON;

/** Features that weaken nothing here and are shown only. */
export interface TdAttributes {
  /** Supervisor protection keys. */
  readonly pks: boolean;
  readonly keyLocker: boolean;
  readonly perfmon: boolean;
}

/**
 * Refuses a TD that its host can look into: `debug` where any bit of TUD is set; `wrong-attributes` where a reserved bit is set or
 * SEPT_VE_DISABLE is not, without which the host can make the TD handle pages that it takes away.
 */
export const checkTdAttributes = ({ body: { tdAttributes } }: Pick<Quote, 'body'>): TdAttributes => {
  const bits = Buffer.from(tdAttributes).readBigUInt64LE();
  const shown = `TD attributes ${Buffer.from(tdAttributes).toString('hex')}`;
  if ((bits & DEBUG) !== 0n) throw new TdxError('debug', `the TD runs in debug mode: ${shown}`);
  if ((bits & TUD) !== 0n) throw new TdxError('debug', `the TD is open to profiling or debugging: ${shown}`);
  if ((bits & ~KNOWN) !== 0n) throw new TdxError('wrong-attributes', `the TD has reserved attributes set: ${shown}`);
  if ((bits & SEPT_VE_DISABLE) === 0n) {
    throw new TdxError('wrong-attributes', `the TD runs without SEPT_VE_DISABLE: ${shown}`);
  }
  return { pks: (bits & PKS) !== 0n, keyLocker: (bits & KEY_LOCKER) !== 0n, perfmon: (bits & PERFMON) !== 0n };
};
