import { TdxError } from './errors.ts';
import { moduleVersionOf } from './module.ts';
import type { PckPlatform } from './pck-extension.ts';
import type { PlatformLevel } from './platform-levels.ts';
import type { Quote } from './quote.ts';
import type { TcbInfo } from './tcb-info.ts';

/** One SVN that is less than the highest level asks for. */
export interface Shortfall {
  readonly part: 'sgx' | 'pce' | 'tdx' | 'module' | 'qe';
  /** Which of the 16 components, from 0; undefined where there is but one SVN. */
  readonly index: number | undefined;
  /** What Intel calls the component, where it says. */
  readonly label: string | undefined;
  readonly have: number;
  readonly need: number;
}

/** The level that the platform reaches. */
export interface PlatformTcb {
  readonly level: PlatformLevel;
  /** Its place in the list, 0 being the highest. */
  readonly index: number;
  /** Against the highest level; empty where that is reached. */
  readonly shortfalls: readonly Shortfall[];
}

type Platform = Pick<PckPlatform, 'componentSvns' | 'pceSvn' | 'fmspc'>;

/**
 * From which component of TEE_TCB_SVN on a level counts: with a versioned TDX module, components 0 and 1 are the module's own SVN and
 * version, which its identity judges (Intel PCS API v4, "Get TDX TCB Info", how to determine the status, step 3).
 */
const firstTdxComponent = (quote: Pick<Quote, 'body'>): number => (moduleVersionOf(quote) === 0 ? 0 : 2);

/** What keeps the platform from this level. */
const shortfallsOf = (quote: Pick<Quote, 'body'>, pck: Platform, level: PlatformLevel): readonly Shortfall[] => {
  const from = firstTdxComponent(quote);
  const { teeTcbSvn } = quote.body;
  const short = ({ have, need }: Shortfall): boolean => have < need;
  return [
    ...level.sgx.map(({ svn, label }, index): Shortfall => {
      return { part: 'sgx', index, label, have: pck.componentSvns[index]!, need: svn };
    }),
    { part: 'pce' as const, index: undefined, label: undefined, have: pck.pceSvn, need: level.pceSvn },
    ...level.tdx
      .map(({ svn, label }, index): Shortfall => ({ part: 'tdx', index, label, have: teeTcbSvn[index]!, need: svn }))
      .slice(from),
  ].filter(short);
};

/**
 * The first level, highest first, that the platform reaches in every SVN: the SGX components and PCE of its PCK certificate and the TDX
 * components of the quote. Throws `no-tcb-level` where it reaches none.
 */
export const findPlatformTcb = (quote: Pick<Quote, 'body'>, pck: Platform, { levels }: TcbInfo): PlatformTcb => {
  const index = levels.findIndex((level) => shortfallsOf(quote, pck, level).length === 0);
  const level = levels[index];
  if (level === undefined) {
    throw new TdxError('no-tcb-level', `the platform (FMSPC ${pck.fmspc}) is below every level of tcb_info`);
  }
  return { level, index, shortfalls: shortfallsOf(quote, pck, levels[0]!) };
};
