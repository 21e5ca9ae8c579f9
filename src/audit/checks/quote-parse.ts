import type { Check } from '../check.ts';
import { notChecked, passed } from '../outcome.ts';

export const quoteParse: Check = {
  id: 'quote.parse',
  step: 'attestation',
  title: 'the quote can be read',
  proves: 'The bytes are a TDX quote of a known version, every length in it is exact, and only zero bytes follow it.',
  from: 'the quote',
  assumes: 'Nothing. A quote that can be read may still be forged.',
  citation: 'Intel TDX DCAP Quoting Library API, appendix A',
  required: 'always',
  needs: [],
  run: (context) => {
    const { quote: part } = context.evidence;
    if (part === undefined) return notChecked({ summary: 'the evidence has no quote' });
    const quote = context.quote();
    return passed({
      summary: `a TDX quote of version ${quote.version}, ${quote.authenticatedLength} bytes and ${quote.paddingLength} of padding`,
      origins: [part.origin],
    });
  },
};
