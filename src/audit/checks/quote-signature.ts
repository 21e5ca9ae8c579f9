import { createHash } from 'node:crypto';
import type { Check } from '../check.ts';
import { passed } from '../outcome.ts';
import { originsOf, utc } from '../wording.ts';

export const quoteSignature: Check = {
  id: 'quote.signature',
  step: 'attestation',
  title: 'Intel silicon signed it',
  proves:
    "The quote's header and body were signed by a key that Intel's quoting enclave vouches for, on a platform whose certificate ends at Intel's root.",
  from: 'the quote: its body, signatures, QE report and PCK certificate chain',
  assumes: "Intel's keys and TDX itself are sound, and the platform's certificate was not revoked: quote.tcb looks.",
  citation: 'Intel TDX DCAP Quoting Library API, appendix A.4; RFC 5280',
  required: 'always',
  needs: ['quote.parse'],
  run: (context) => {
    const { root } = context.expectations;
    const { fmspc, ca, validity } = context.pck();
    const fingerprint = createHash('sha256').update(root.der).digest('hex');
    return passed({
      summary: `signed on a platform of FMSPC ${fmspc}, certified by Intel's ${ca} CA`,
      expected: `a chain to the root certificate with SHA-256 ${fingerprint}`,
      found: `that chain, valid from ${utc(validity.from)} to ${utc(validity.until)}`,
      source: root.source,
      origins: originsOf(context, 'quote'),
    });
  },
};
