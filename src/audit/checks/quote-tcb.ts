import type { TcbEvaluation } from '../../tdx/evaluate-tcb.ts';
import type { Shortfall } from '../../tdx/platform-tcb.ts';
import type { Check } from '../check.ts';
import type { Context } from '../context.ts';
import { failed, notChecked, passed } from '../outcome.ts';
import type { Exception } from '../policy/policy.ts';
import { originsOf, utc } from '../wording.ts';

const PARTS: Record<Shortfall['part'], string> = {
  sgx: 'CPUSVN component',
  pce: 'PCESVN',
  tdx: 'TEE_TCB_SVN component',
  module: 'TDX module',
  qe: 'quoting enclave',
};

const describe = ({ part, index, label, have, need }: Shortfall): string =>
  `${PARTS[part]}${index === undefined ? '' : ` ${index}`}${label ? ` (${label})` : ''} is ${have}, the newest level has ${need}`;

interface Admission {
  /** What is not admitted, each a phrase. */
  readonly refused: readonly string[];
  /** What is, and why. */
  readonly admitted: readonly string[];
  /** Which policies had a say, in either sense. */
  readonly sources: readonly string[];
}

/** Whether the policy lets this pass at this time. */
const admit = <T>(what: T, label: string, exceptions: readonly Exception<T>[], now: number): Admission => {
  const found = exceptions.find(({ value }) => value === what);
  if (found === undefined) return { refused: [`${label} is not accepted by any policy`], admitted: [], sources: [] };
  const { reason, until, source } = found;
  const sources = [source];
  if (!(now < until))
    return { refused: [`${label}: ${source} accepted it until ${utc(until)}`], admitted: [], sources };
  return { refused: [], admitted: [`${label} is accepted by ${source} until ${utc(until)}: ${reason}`], sources };
};

/** UpToDate needs nobody's leave. Any other status does, and so does each advisory that comes with it. */
const judge = (context: Context, { status, advisories }: TcbEvaluation): Admission => {
  const { policy, now } = context.expectations;
  if (status === 'UpToDate') {
    return { refused: [], admitted: advisories.map((id) => `advisory ${id} applies`), sources: [] };
  }
  // No policy can hold a revoked platform: its reader refuses that, and so does this.
  if (status === 'Revoked') return { refused: ['Intel revoked this TCB level'], admitted: [], sources: [] };
  const all = [
    admit(status, `status ${status}`, policy.tcbStatuses, now.value),
    ...advisories.map((id) => admit(id, `advisory ${id}`, policy.advisories, now.value)),
  ];
  return {
    refused: all.flatMap(({ refused }) => refused),
    admitted: all.flatMap(({ admitted }) => admitted),
    sources: all.flatMap(({ sources }) => sources),
  };
};

export const quoteTcb: Check = {
  id: 'quote.tcb',
  step: 'attestation',
  title: 'the platform is up to date',
  proves:
    "No certificate involved is revoked, the quoting enclave is Intel's, and Intel calls processor, microcode, TDX module and quoting enclave up to date at the time judged for, or the policy admits what it calls them.",
  from: 'the quote and the DCAP collateral: CRLs, TCB info, QE identity, each signed by Intel',
  assumes: 'Intel tells of flaws in time: collateral is in force for weeks after a flaw became known.',
  citation: 'Intel PCS API v4, "Get TDX TCB Info" and "Enclave Identity"; RFC 5280 section 5',
  required: 'always',
  needs: ['quote.signature'],
  run: (context) => {
    if (context.evidence.collateral === undefined) {
      return notChecked({
        summary: 'there is no collateral: revocation and the age of the firmware are unknown',
        hint: 'give --collateral with a file or the address of a PCCS, or leave --offline out',
      });
    }
    const tcb = context.tcb();
    const { window } = context.collateral();
    const { refused, admitted, sources } = judge(context, tcb);
    const remarks = {
      expected: 'UpToDate, or a status that the policy accepts',
      found: [tcb.status, ...tcb.advisories].join(' '),
      source: [...new Set(['built in', ...sources])].join(', '),
      origins: originsOf(context, 'quote', 'collateral'),
      details: [
        ...refused,
        ...admitted,
        ...tcb.shortfalls.map(describe),
        `platform ${tcb.platform.level.status} (level of ${utc(tcb.platform.level.tcbDate)}), quoting enclave ${tcb.qe.level.status}, TDX module ${tcb.module.level?.status ?? 'of no level of its own'}`,
        `collateral in force from ${utc(window.from)} to ${utc(window.until)} (${window.untilPart} ends first)`,
      ],
    };
    if (refused.length === 0) return passed({ ...remarks, summary: `Intel calls the platform ${tcb.status}` });
    return failed({
      ...remarks,
      summary: `Intel calls the platform ${tcb.status}`,
      hint:
        tcb.status === 'Revoked'
          ? 'have the host update its firmware: no policy can accept a revoked level'
          : 'have the host update its firmware, or accept the status and each advisory in a policy, with a reason and an end',
    });
  },
};
