import type { Claims } from './claims.ts';

/** What a verified certificate says of the build, name to value, for the reader. */
export const factsOf = ({ current, subject, notBefore }: Claims): Readonly<Record<string, string>> => ({
  ...current,
  subject,
  signedAt: new Date(notBefore * 1000).toISOString().replace('.000Z', 'Z'),
});
