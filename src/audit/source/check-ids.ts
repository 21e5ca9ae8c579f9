/** The checks of this step, in the order of the report: what one stands on comes before it. */
export const SOURCE_CHECK_IDS = [
  'source.commit',
  'source.tree',
  'source.tree-sha256',
  'source.entry',
  'source.reachable',
  'source.signature',
] as const;

export type SourceCheckId = (typeof SOURCE_CHECK_IDS)[number];
