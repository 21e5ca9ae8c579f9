import { TdxError } from '../../src/tdx/errors.ts';
import { mergeStatus } from '../../src/tdx/merge-status.ts';
import type { PlatformLevel } from '../../src/tdx/platform-levels.ts';
import { TCB_STATUSES, type TcbStatus } from '../../src/tdx/tcb-status.ts';
import type { DcapResult } from '../../src/tdx/verify-dcap.ts';

/** What either came to. */
export type Ours = { ok: true; result: DcapResult } | { ok: false; error: unknown };
export type Theirs =
  | { ok: true; status: string; advisories: readonly string[]; ppid: Uint8Array }
  | { ok: false; message: string };

/** One way in which we mean to differ. */
export interface Difference {
  readonly id: string;
  /** Which of the defects of dstack.md 11.2, or what else. */
  readonly what: string;
  /** Where we refuse and they accept: our message. */
  readonly refusal?: RegExp;
  /** Where we accept and they refuse or say something else. */
  readonly other?: (ours: DcapResult, theirs: Theirs) => boolean;
}

const worse = (a: TcbStatus, b: TcbStatus): TcbStatus => (TCB_STATUSES.indexOf(a) > TCB_STATUSES.indexOf(b) ? a : b);
const union = (...lists: readonly (readonly string[])[]): string => [...new Set(lists.flat())].sort().join();

/** The level that they find: CPUSVN in the place of the component SVNs, and all TDX components. */
const theirLevel = ({ pck, quote, collateral }: DcapResult): PlatformLevel | undefined => {
  const cpuSvn = Buffer.from(pck.cpuSvn, 'hex');
  return collateral.tcbInfo.levels.find(
    ({ sgx, pceSvn, tdx }) =>
      pck.pceSvn >= pceSvn &&
      sgx.every(({ svn }, index) => cpuSvn[index]! >= svn) &&
      tdx.every(({ svn }, index) => quote.body.teeTcbSvn[index]! >= svn),
  );
};

/** Whether they say what they are to say by their rules, of a quote that we accept: no module, the worse status of the two that remain. */
const asExpected = (ours: DcapResult, theirs: Theirs): boolean => {
  const level = theirLevel(ours);
  if (level === undefined) return !theirs.ok && theirs.message === 'No matching TCB level found';
  const status = worse(level.status, ours.tcb.qe.level.status);
  if (status === 'Revoked') return !theirs.ok && theirs.message === 'TCB status is invalid: Revoked';
  const advisories = union(level.advisories, ours.tcb.qe.level.advisories);
  return theirs.ok && theirs.status === status && union(theirs.advisories) === advisories;
};

const sameLevel = (ours: DcapResult): boolean => theirLevel(ours) === ours.tcb.platform.level;
const hasOtherCpuSvn = ({ pck }: DcapResult): boolean => pck.cpuSvn !== Buffer.from(pck.componentSvns).toString('hex');
const platformAndQe = ({ tcb }: DcapResult): TcbStatus => mergeStatus(tcb.platform.level.status, tcb.qe.level.status);
const worseOfBoth = ({ tcb }: DcapResult): TcbStatus => worse(tcb.platform.level.status, tcb.qe.level.status);

export const DIFFERENCES: readonly Difference[] = [
  {
    id: 'crl',
    what: 'defect 1: signature, issuer and dates of CRLs are not checked, nor that they are CRLs',
    refusal:
      /^(?:root_ca_crl|pck_crl|pck_crl_issuer_chain)\b|^the (?:CA of the PCK certificate|issuer of pck_crl) is revoked|^the issuer of pck_crl of the collateral|^the collateral: (?:root_ca_crl|pck_crl|pck_crl_issuer_chain) /,
  },
  {
    id: 'crl-issuer',
    what: 'defect 1, the other way round: a serial counts in a list of whatever issuer',
    other: (_, theirs) => !theirs.ok && theirs.message === 'Certificate is revoked',
  },
  { id: 'now', what: 'defect 2: NaN as the time', refusal: /^the time to check for is not a finite number/ },
  {
    id: 'chain',
    what: 'defect 3: names, CA flags, key usages and path lengths of chains',
    refusal:
      /names another issuer than|issued another (?:and is of no CA|without the key usage)|allows \d+ intermediates/,
  },
  { id: 'vendor', what: 'defect 6: the vendor of the QE', refusal: /^the vendor of the quoting enclave/ },
  {
    id: 'signer',
    what: 'defect 6: names of PCK certificate, PCK CA and TCB signer',
    refusal: /is signed by ".*", not "Intel SGX TCB Signing"|begins with ".*", not|where a PCK CA is due/,
  },
  { id: 'order', what: 'defect 6: the order of levels is trusted', refusal: /are not in order, highest first/ },
  {
    id: 'trailing',
    what: 'defect 7: bytes after the quote and inside of its parts',
    refusal: /follow the quote|bytes follow .* where nothing may/,
  },
  {
    id: 'end',
    what: 'at nextUpdate itself a text has expired',
    refusal: /^(?:tcb_info|qe_identity) of the collateral expired/,
  },
  { id: 'pce-id', what: 'the PCE id is compared', refusal: /^tcb_info is for PCE id/ },
  {
    id: 'report-data',
    what: 'the last 32 bytes of the QE report data are zero',
    refusal: /^the QE report is about another/,
  },
  {
    id: 'kinds',
    what: 'versions of texts that are not described are refused',
    refusal: /^tcb_info is of TDX version 4|^qe_identity is of TD_QE version 3/,
  },
  {
    id: 'shape',
    what: 'a text with a status that does not exist is refused, whichever level is reached',
    refusal: /is not a status that is known/,
  },
  {
    id: 'framing',
    what: 'the certification type outside, and the size of a v5 body',
    refusal: /^the certification data is of type|^the body of the quote has/,
  },
  { id: 'pem', what: 'PEM that no encoder writes, and text around it', refusal: /holds (?:a block|something outside)/ },
  {
    id: 'auth-data',
    what: 'QE authentication data of any length is hashed whole',
    other: ({ quote }, theirs) =>
      quote.qeAuthData.length !== 32 && !theirs.ok && theirs.message === 'QE report hash mismatch',
  },
  {
    id: 'cpusvn',
    what: 'the component SVNs of the certificate count, not its CPUSVN (Intel)',
    other: (ours, theirs) => hasOtherCpuSvn(ours) && !sameLevel(ours) && asExpected(ours, theirs),
  },
  {
    id: 'tdx-components',
    what: 'with a versioned module, TDX components count from the third on (Intel)',
    other: (ours, theirs) => !hasOtherCpuSvn(ours) && !sameLevel(ours) && asExpected(ours, theirs),
  },
  {
    id: 'revoked-status',
    what: 'defect 8, the other way round: Revoked is an answer of ours and an error of theirs',
    other: (ours, theirs) => sameLevel(ours) && worseOfBoth(ours) === 'Revoked' && asExpected(ours, theirs),
  },
  {
    id: 'merge',
    what: 'OutOfDate with ConfigurationNeeded says both, and so on',
    other: (ours, theirs) => sameLevel(ours) && platformAndQe(ours) !== worseOfBoth(ours) && asExpected(ours, theirs),
  },
  {
    id: 'module',
    what: 'defect 5: the TDX module',
    refusal: /^the TDX module /,
    other: (ours, theirs) => sameLevel(ours) && platformAndQe(ours) === worseOfBoth(ours) && asExpected(ours, theirs),
  },
];

/** Whether they agree: both refuse, or both accept with one status and the same advisories. */
export const agree = (ours: Ours, theirs: Theirs): boolean =>
  ours.ok
    ? theirs.ok &&
      theirs.status === ours.result.tcb.status &&
      union(theirs.advisories) === union(ours.result.tcb.advisories)
    : !theirs.ok;

/** Which deliberate difference a disagreement is; undefined where it is none. */
export const explain = (ours: Ours, theirs: Theirs): Difference | undefined =>
  DIFFERENCES.find(({ refusal, other }) =>
    ours.ok
      ? other?.(ours.result, theirs) === true
      : ours.error instanceof TdxError && refusal?.test(ours.error.message) === true,
  );
