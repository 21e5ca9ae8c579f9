/** The four steps that every check serves, in the order of the chain. */
export const STEPS = ['attestation', 'provenance', 'source', 'runtime'] as const;

export type Step = (typeof STEPS)[number];
