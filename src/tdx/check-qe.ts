import { TdxError } from './errors.ts';
import { type IsvLevel, reachedLevel } from './isv-levels.ts';
import { equalsMasked } from './module.ts';
import type { QeIdentity } from './qe-identity.ts';
import type { QeReport } from './qe-report.ts';

/** What Intel says of the quoting enclave that made the quote. */
export interface QeTcb {
  readonly isvSvn: number;
  readonly level: IsvLevel;
  /** The highest SVN that Intel lists. */
  readonly highestSvn: number;
}

/**
 * Checks that the quoting enclave is Intel's (MRSIGNER, ISVPRODID, and MISCSELECT and ATTRIBUTES under their masks) and gives the level
 * that its SVN reaches (Intel PCS API v4, "Enclave Identity"). Throws `wrong-qe` and `no-tcb-level`.
 */
export const checkQe = (report: QeReport, identity: QeIdentity): QeTcb => {
  const wrong = (field: string): TdxError =>
    new TdxError('wrong-qe', `the quoting enclave is not the one of qe_identity: its ${field} differs`);
  if (Buffer.compare(report.mrSigner, identity.mrSigner) !== 0) throw wrong('MRSIGNER');
  if (report.isvProdId !== identity.isvProdId) throw wrong('ISVPRODID');
  if (!equalsMasked(report.miscSelect, identity.miscSelect, identity.miscSelectMask)) throw wrong('MISCSELECT');
  if (!equalsMasked(report.attributes, identity.attributes, identity.attributesMask)) throw wrong('ATTRIBUTES');
  const level = reachedLevel(identity.levels, report.isvSvn);
  if (level === undefined) {
    throw new TdxError(
      'no-tcb-level',
      `the quoting enclave has SVN ${report.isvSvn}, below every level of qe_identity`,
    );
  }
  return { isvSvn: report.isvSvn, level, highestSvn: identity.levels[0]!.isvSvn };
};
