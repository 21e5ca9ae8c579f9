import { loadPolicy } from '../audit/policy/load.ts';
import { mergePolicies } from '../audit/policy/merge.ts';
import type { Policy } from '../audit/policy/policy.ts';

/** What the policies in these files come to together, each further one tightening those before. Throws PolicyError. */
export const readPolicies = (files: readonly string[]): Policy => mergePolicies(files.map(loadPolicy));
