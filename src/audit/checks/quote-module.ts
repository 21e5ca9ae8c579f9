import { checkModule } from '../../tdx/module.ts';
import type { Check } from '../check.ts';
import { notChecked, passed } from '../outcome.ts';
import { originsOf } from '../wording.ts';

export const quoteModule: Check = {
  id: 'quote.module',
  step: 'attestation',
  title: "Intel's TDX module made the report",
  proves:
    "The TDX module that measured the machine is Intel's, of a version that Intel lists, and no service TD is bound to it.",
  from: "the quote's MRSIGNERSEAM, SEAMATTRIBUTES, TEE_TCB_SVN and MRSERVICETD, and the TCB info",
  assumes: "Intel's module keeps the host out of the machine.",
  citation: 'Intel PCS API v4, "TDX Module Identity"; Intel TDX DCAP Quoting Library API, A.3.2',
  required: 'always',
  needs: ['quote.parse'],
  run: (context) => {
    checkModule(context.quote());
    const origins = originsOf(context, 'quote', 'collateral');
    if (context.evidence.collateral === undefined) {
      return notChecked({
        summary: 'signer and attributes are right; whether Intel lists the module is unknown without collateral',
        origins,
      });
    }
    const module = checkModule(context.quote(), context.collateral().tcbInfo);
    return passed({ summary: `TDX module ${module.id} with SVN ${module.isvSvn}`, origins });
  },
};
