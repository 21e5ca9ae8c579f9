import { EMPTY_POLICY } from '../audit/policy/policy.ts';
import { policyTemplate } from '../audit/policy/template.ts';
import { verify } from '../audit/verify.ts';
import { intelRootDer } from '../tdx/intel-root.ts';
import { collectEvidence } from './gather.ts';
import { intelRoot } from './trust-root.ts';
import { clock } from './verify.ts';

/**
 * The text of a first policy for a target: what its evidence shows, everything commented out. Nothing is judged, so it needs no
 * collateral. `say` gets lines for standard error.
 */
export const initPolicy = async (target: string, say: (line: string) => void): Promise<string> => {
  const evidence = await collectEvidence(target, say);
  const now = { value: clock(), source: 'the clock of this machine' };
  const { facts } = verify(evidence, { now, root: intelRoot(intelRootDer()), policy: EMPTY_POLICY });
  return policyTemplate(target, facts);
};
