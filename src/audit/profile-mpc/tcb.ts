import type { Check } from '../check.ts';
import { failed, notChecked, passed } from '../outcome.ts';
import { originsOf } from '../wording.ts';

const UP_TO_DATE = 'UpToDate';

export const mpcTcb: Check = {
  id: 'mpc.tcb',
  step: 'attestation',
  title: 'the platform is UpToDate and nothing less',
  proves: 'Intel calls the platform UpToDate: the contract takes no other status, whatever a policy here accepts.',
  from: 'the quote and the DCAP collateral',
  assumes: 'As quote.tcb. Advisories are shown and decide nothing, as in the contract.',
  citation: 'near/mpc crates/attestation, the check of the TCB status',
  required: 'never',
  isOptional: true,
  needs: ['quote.signature'],
  run: (context) => {
    if (context.evidence.collateral === undefined) return notChecked({ summary: 'there is no collateral' });
    const { status } = context.tcb();
    const remarks = {
      expected: UP_TO_DATE,
      found: status,
      source: 'built in: the rule of the contract',
      origins: originsOf(context, 'quote', 'collateral'),
    };
    return status === UP_TO_DATE
      ? passed({ ...remarks, summary: 'Intel calls the platform UpToDate' })
      : failed({
          ...remarks,
          summary: `Intel calls the platform ${status}`,
          hint: 'have the host update its firmware',
        });
  },
};
