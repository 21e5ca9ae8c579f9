import type { ProvenancePolicy } from './policy/policy.ts';

/** Where in the policy the values for these keys stand; undefined where none does. */
export const provenanceSource = (
  policy: ProvenancePolicy | undefined,
  keys: readonly (keyof ProvenancePolicy)[],
): string | undefined => {
  const sources = keys.flatMap((key) => {
    const one = policy?.[key];
    if (one === undefined) return [];
    return ('source' in one ? [one] : one).map(({ source }) => source);
  });
  return sources.length === 0 ? undefined : [...new Set(sources)].join(', ');
};
