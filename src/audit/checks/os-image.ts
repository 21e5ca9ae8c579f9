import type { Check } from '../check.ts';
import { failed, notChecked, passed } from '../outcome.ts';
import { hex, originsOf } from '../wording.ts';

export const osImage: Check = {
  id: 'os.image',
  step: 'attestation',
  title: 'the operating system is a known one',
  proves:
    'Firmware, kernel, command line and initial RAM disk are those of an image that somebody other than the deployment vouches for. Without this the event log proves nothing: another image may measure what it likes.',
  from: "the quote's MRTD, RTMR1 and RTMR2; where the image carries its own measurement, the registers are recomputed from it and its hash is what is looked up",
  assumes: 'The named source tells the truth about the image. RTMR0 is for os.acpi.',
  citation: 'dstack docs/attestation-tdx; dstack verifier, "lite" measurement',
  required: 'always',
  needs: ['quote.parse'],
  run: (context) => {
    const { rtmrs, mrTd } = context.quote().body;
    const origins = originsOf(context, 'quote', 'vmConfig');
    const found = `MRTD ${hex(mrTd)}; RTMR1 ${hex(rtmrs[1])}; RTMR2 ${hex(rtmrs[2])}`;
    const match = context.image();
    switch (match.state) {
      case 'known':
        return passed({ summary: match.summary, found, source: match.source, origins });
      case 'other':
        return failed({
          summary: match.summary,
          expected: match.expected,
          found,
          source: match.source,
          origins,
          details: match.details,
        });
      case 'unknown':
        return notChecked({
          summary: match.summary,
          found,
          origins,
          details: match.details,
          hint: 'name the image in a policy, with values from its publisher or from your own build of it',
        });
    }
  },
};
