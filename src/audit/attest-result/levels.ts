import type { Verdict } from '../result.ts';

/** What a summary says at a glance. */
export interface Result {
  readonly verificationResult: 'PASSED' | 'FAILED';
  readonly verifiedLevels: readonly string[];
}

/**
 * The result for other tools, most of which look at these two fields and at nothing else. PASSED is VERIFIED on real hardware; one step alone, and
 * whatever was pretended, is FAILED. No level of SLSA is claimed, since none was evaluated; names of our own do not begin with `SLSA_`
 * (SLSA, Verification Summary Attestation v1, "SlsaResult").
 */
export const resultOf = ({ word, simulated }: Verdict): Result => {
  const own = `TWL_${word.replaceAll(' ', '_')}`;
  if (word === 'VERIFIED' && !simulated) {
    return { verificationResult: 'PASSED', verifiedLevels: ['SLSA_BUILD_LEVEL_UNEVALUATED', own] };
  }
  return { verificationResult: 'FAILED', verifiedLevels: ['FAILED', ...(simulated ? ['SIMULATED'] : []), own] };
};
