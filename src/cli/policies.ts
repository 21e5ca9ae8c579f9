import { loadPolicy } from '../audit/policy/load.ts';
import { mergePolicies } from '../audit/policy/merge.ts';
import type { Policy } from '../audit/policy/policy.ts';
import type { ProfileName } from '../audit/policy/profiles/names.ts';
import { PROFILES } from '../audit/policy/profiles/profiles.ts';

/**
 * What the policies in these files come to together, each further one tightening those before. A profile comes last: it only demands, so
 * that whoever has the first word may state what it leaves open. Throws PolicyError.
 */
export const readPolicies = (files: readonly string[], profile?: ProfileName): Policy =>
  mergePolicies([...files.map(loadPolicy), ...(profile === undefined ? [] : [PROFILES[profile]()])]);
