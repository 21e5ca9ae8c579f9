import type { Check } from '../check.ts';
import { notChecked, passed } from '../outcome.ts';
import { hex, originsOf } from '../wording.ts';

export const osAcpi: Check = {
  id: 'os.acpi',
  step: 'attestation',
  title: 'the virtual hardware is the expected one',
  proves:
    'RTMR0, which covers the ACPI tables that the host wrote, is the expected value. ACPI tables hold code that the kernel runs.',
  from: "the quote's RTMR0",
  assumes: 'The expected value was made for a machine of the same shape: processors, memory, devices.',
  citation: 'dstack docs/attestation-tdx; UEFI Platform Initialization, ACPI tables measured into RTMR0',
  required: 'never',
  needs: ['quote.parse'],
  run: (context) => {
    const found = hex(context.quote().body.rtmrs[0]);
    const origins = originsOf(context, 'quote', 'vmConfig', 'eventLog');
    const match = context.image();
    if (match.state === 'known' && match.rtmr0 === found) {
      return passed({
        summary: 'RTMR0 is the expected one',
        expected: match.rtmr0,
        found,
        source: match.source,
        origins,
      });
    }
    return notChecked({
      summary: match.acpi ?? 'RTMR0 depends on the shape of the machine, and no value is known for this one',
      found,
      origins,
    });
  },
};
