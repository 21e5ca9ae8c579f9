import { checkTdAttributes } from '../../tdx/td-attributes.ts';
import type { Check } from '../check.ts';
import { passed } from '../outcome.ts';
import { originsOf } from '../wording.ts';

export const quoteDebug: Check = {
  id: 'quote.debug',
  step: 'attestation',
  title: 'the host cannot look inside',
  proves: 'The machine runs neither in debug mode nor with any other attribute that opens it to its host.',
  from: "the quote's TD attributes",
  assumes: 'The quote is genuine (quote.signature).',
  citation: 'Intel TDX DCAP Quoting Library API, A.3.4',
  required: 'always',
  needs: ['quote.parse'],
  run: (context) => {
    const { pks, keyLocker, perfmon } = checkTdAttributes(context.quote());
    const on = Object.entries({ pks, 'key locker': keyLocker, perfmon }).flatMap(([name, is]) => (is ? [name] : []));
    return passed({
      summary: `not a debug TD${on.length === 0 ? '' : `; on: ${on.join(', ')}`}`,
      origins: originsOf(context, 'quote'),
    });
  },
};
