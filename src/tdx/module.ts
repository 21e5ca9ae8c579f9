import { TdxError } from './errors.ts';
import { type IsvLevel, reachedLevel } from './isv-levels.ts';
import type { Quote } from './quote.ts';
import type { ModuleIdentity, TcbInfo } from './tcb-info.ts';

/** What Intel says of the TDX module that ran. */
export interface ModuleTcb {
  /** `TDX_03` and the like; `tdxModule` for a module from before there were versions, whose age the platform level covers. */
  readonly id: string;
  readonly isvSvn: number;
  /** Undefined for `tdxModule`. */
  readonly level: IsvLevel | undefined;
  /** The highest SVN that Intel lists; undefined for `tdxModule`. */
  readonly highestSvn: number | undefined;
}

const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Whether `bytes` and `expected` agree in all bits of `mask`. */
export const equalsMasked = (bytes: Uint8Array, expected: Uint8Array, mask: Uint8Array): boolean =>
  bytes.every((byte, index) => ((byte ^ expected[index]!) & mask[index]!) === 0);

const requireIdentity = ({ body }: Pick<Quote, 'body'>, expected: ModuleIdentity, id: string): void => {
  if (Buffer.compare(body.mrSignerSeam, expected.mrSigner) !== 0) {
    throw new TdxError('wrong-module', `the TDX module has another signer than ${id} of tcb_info`);
  }
  if (!equalsMasked(body.seamAttributes, expected.attributes, expected.attributesMask)) {
    throw new TdxError('wrong-module', `the TDX module has other attributes than ${id} of tcb_info`);
  }
};

/** The major version of the TDX module, 0 before there were versions: byte 1 of TEE_TCB_SVN. */
export const moduleVersionOf = ({ body: { teeTcbSvn } }: Pick<Quote, 'body'>): number => teeTcbSvn[1]!;

/**
 * Checks that Intel's TDX module made the report: MRSIGNERSEAM and SEAM attributes are zero, and so is the MRSERVICETD of a TD 1.5 report,
 * for a service TD could move or change the TD. With `tcbInfo`, also that it is a module that Intel lists, and gives its level
 * (Intel PCS API v4, "TDX Module Identity": version and SVN are bytes 1 and 0 of TEE_TCB_SVN). Throws `wrong-module` and `no-tcb-level`.
 */
export function checkModule(quote: Pick<Quote, 'body'>): undefined;
export function checkModule(quote: Pick<Quote, 'body'>, tcbInfo: TcbInfo): ModuleTcb;
export function checkModule(quote: Pick<Quote, 'body'>, tcbInfo?: TcbInfo): ModuleTcb | undefined {
  const { mrSignerSeam, seamAttributes, mrServiceTd, teeTcbSvn } = quote.body;
  if (!isZero(mrSignerSeam)) {
    throw new TdxError('wrong-module', `the TDX module is not signed by Intel: MRSIGNERSEAM is ${hex(mrSignerSeam)}`);
  }
  if (!isZero(seamAttributes)) {
    throw new TdxError('wrong-module', `the TDX module has attributes other than zero: ${hex(seamAttributes)}`);
  }
  if (mrServiceTd !== undefined && !isZero(mrServiceTd)) {
    throw new TdxError('wrong-module', `a service TD is bound to the TD: MRSERVICETD is ${hex(mrServiceTd)}`);
  }
  if (tcbInfo === undefined) return undefined;
  const version = moduleVersionOf(quote);
  const isvSvn = teeTcbSvn[0]!;
  if (version === 0) {
    requireIdentity(quote, tcbInfo.module, 'tdxModule');
    return { id: 'tdxModule', isvSvn, level: undefined, highestSvn: undefined };
  }
  const id = `TDX_${version.toString(16).padStart(2, '0').toUpperCase()}`;
  const listed = tcbInfo.versionedModules.find((module) => module.id === id);
  if (listed === undefined) throw new TdxError('wrong-module', `the TDX module is ${id}, which tcb_info does not list`);
  requireIdentity(quote, listed, id);
  const level = reachedLevel(listed.levels, isvSvn);
  if (level === undefined) {
    throw new TdxError('no-tcb-level', `the TDX module ${id} has SVN ${isvSvn}, below every level of tcb_info`);
  }
  return { id, isvSvn, level, highestSvn: listed.levels[0]!.isvSvn };
}
