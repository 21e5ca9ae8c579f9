import type { Certificate } from '../asn1/certificate.ts';
import { type QeTcb, checkQe } from './check-qe.ts';
import { TdxError } from './errors.ts';
import type { LevelVerdict } from './isv-levels.ts';
import { mergeStatus } from './merge-status.ts';
import { type ModuleTcb, checkModule } from './module.ts';
import { type PlatformTcb, type Shortfall, findPlatformTcb } from './platform-tcb.ts';
import type { Quote } from './quote.ts';
import type { TcbStatus } from './tcb-status.ts';
import { type VerifiedCollateral, refuseRevoked } from './verify-collateral.ts';
import type { Pck } from './verify-quote.ts';

/** How Intel judges the platform, the quoting enclave and the TDX module of a quote. */
export interface TcbEvaluation {
  /** Of all three together. What to accept is for a policy. */
  readonly status: TcbStatus;
  /** Of all three together, sorted. */
  readonly advisories: readonly string[];
  readonly platform: PlatformTcb;
  readonly qe: QeTcb;
  readonly module: ModuleTcb;
  /** Every SVN that is below the highest level of its kind. */
  readonly shortfalls: readonly Shortfall[];
  /** Of tcb_info and qe_identity: a higher number is a later recovery event of Intel's. */
  readonly evaluationDataNumbers: { readonly tcbInfo: number; readonly qeIdentity: number };
}

const isSameCa = (a: Certificate, b: Certificate): boolean =>
  Buffer.compare(a.subject, b.subject) === 0 && Buffer.compare(a.spki, b.spki) === 0;

const refuseRevokedPck = ({ leaf, intermediate }: Pck, { rootCrl, pckCrl, pckCrlIssuer }: VerifiedCollateral): void => {
  refuseRevoked(rootCrl, intermediate, 'the CA of the PCK certificate');
  // By name and key: Intel may certify one CA anew.
  if (!isSameCa(pckCrlIssuer, intermediate)) {
    throw new TdxError('wrong-collateral', 'pck_crl is not of the CA that issued the PCK certificate');
  }
  refuseRevoked(pckCrl, leaf, 'the PCK certificate');
};

const svnShortfall = (part: 'module' | 'qe', label: string, have: number, need: number): readonly Shortfall[] =>
  have < need ? [{ part, index: undefined, label, have, need }] : [];

/**
 * Judges a quote whose signature holds by collateral that was verified: revocation of the PCK certificate and its CA, FMSPC and PCE id, the
 * quoting enclave, the TDX module, and the levels of all three. A status other than UpToDate is an answer and no error, Revoked
 * included. Throws `revoked`, `wrong-collateral`, `wrong-platform`, `wrong-qe`, `wrong-module` and `no-tcb-level`.
 */
export const evaluateTcb = (quote: Quote, pck: Pck, verified: VerifiedCollateral): TcbEvaluation => {
  const { tcbInfo, qeIdentity } = verified;
  refuseRevokedPck(pck, verified);
  if (tcbInfo.fmspc !== pck.fmspc) {
    throw new TdxError('wrong-platform', `tcb_info is for FMSPC ${tcbInfo.fmspc}, the platform has ${pck.fmspc}`);
  }
  if (tcbInfo.pceId !== pck.pceId) {
    throw new TdxError('wrong-platform', `tcb_info is for PCE id ${tcbInfo.pceId}, the platform has ${pck.pceId}`);
  }
  const qe = checkQe(quote.qeReport, qeIdentity);
  const module = checkModule(quote, tcbInfo);
  const platform = findPlatformTcb(quote, pck, tcbInfo);
  const verdicts: readonly LevelVerdict[] = [
    platform.level,
    qe.level,
    ...(module.level === undefined ? [] : [module.level]),
  ];
  return {
    status: verdicts.map(({ status }) => status).reduce(mergeStatus),
    advisories: [...new Set(verdicts.flatMap(({ advisories }) => advisories))].sort(),
    platform,
    qe,
    module,
    shortfalls: [
      ...platform.shortfalls,
      ...svnShortfall('module', module.id, module.isvSvn, module.highestSvn ?? 0),
      ...svnShortfall('qe', 'TD_QE', qe.isvSvn, qe.highestSvn),
    ],
    evaluationDataNumbers: {
      tcbInfo: tcbInfo.tcbEvaluationDataNumber,
      qeIdentity: qeIdentity.tcbEvaluationDataNumber,
    },
  };
};
