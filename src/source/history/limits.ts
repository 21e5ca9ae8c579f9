import type { Limits } from '../limits.ts';

const MIB = 1024 * 1024;

/** Bounds on a search for the branch or tag that a commit belongs to. What lies beyond is "not checked", with the reason. */
export interface HistoryLimits {
  /** Branches and tags that a server may list. */
  readonly refs: number;
  /** Bytes of that list. */
  readonly refBytes: number;
  /** Commits that are taken in. */
  readonly commits: number;
  /** Bytes of packs, all requests together. */
  readonly packBytes: number;
  /** Milliseconds for all of it. */
  readonly totalMs: number;
  /** Branches and tags that one request names. */
  readonly wants: number;
}

export const HISTORY_LIMITS: HistoryLimits = {
  // The largest public repositories list some 100,000 names, mostly refs/pull, which are not asked for.
  refs: 250_000,
  refBytes: 32 * MIB,
  // Only what lies between the commit and the tips is sent: git's own repository has 82,000 commits in all.
  commits: 300_000,
  // 300,000 commits without their files are about 120 MiB; a server that cannot leave the files out sends more.
  packBytes: 256 * MIB,
  // An auditor waits for it; a thousand commits come within a second.
  totalMs: 180_000,
  // A line of a request has about 50 bytes, and servers bound a request's body.
  wants: 2000,
};

/** The room's limits, lowered to those of a search. */
export const withHistoryLimits = (limits: Limits, { refBytes, packBytes, totalMs }: HistoryLimits): Limits => ({
  ...limits,
  ADVERTISEMENT_BYTES: Math.min(limits.ADVERTISEMENT_BYTES, refBytes),
  PACK_BYTES: Math.min(limits.PACK_BYTES, packBytes),
  TOTAL_MS: Math.min(limits.TOTAL_MS, totalMs),
});

/** Why a search ends early; the limits here are no setting of the launcher, so nothing says how to raise them. */
export const BOUND_HINT = 'look at the repository yourself, or name a smaller mirror of it';
