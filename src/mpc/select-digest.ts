import type { ImageDigest } from './digest.ts';
import { MpcError } from './errors.ts';

export interface Selection {
  readonly digest: ImageDigest;
  /** Why this one. */
  readonly from: 'default' | 'newest' | 'override';
}

export interface Choices {
  /** Newest first; undefined where the node has left no list yet. */
  readonly approved: readonly ImageDigest[] | undefined;
  readonly override: ImageDigest | undefined;
  readonly defaultDigest: ImageDigest;
}

/**
 * Which digest runs (near/mpc selection.rs). The default needs no approval: the launcher's compose file, which holds it, is
 * measured. Unlike there, an override that no list confirms is an error and not silently ignored, unless it is the default.
 * Throws MpcError `override-not-approved`, `override-without-list`.
 */
export const selectDigest = ({ approved, override, defaultDigest }: Choices): Selection => {
  if (approved === undefined) {
    if (override === undefined || override === defaultDigest) return { digest: defaultDigest, from: 'default' };
    throw new MpcError(
      'override-without-list',
      `mpc_hash_override is ${override}, and there is no list of approved hashes that it could be in`,
      { hint: `remove mpc_hash_override: ${defaultDigest} runs, and the node writes the list` },
    );
  }
  const [newest] = approved;
  if (override !== undefined) {
    if (approved.includes(override)) return { digest: override, from: 'override' };
    throw new MpcError('override-not-approved', `mpc_hash_override ${override} is not in the list of approved hashes`, {
      hint: `approved are, newest first: ${approved.slice(0, 10).join(', ')}${approved.length > 10 ? ', …' : ''}`,
    });
  }
  if (newest === undefined) throw new Error('an empty list of approved hashes');
  return { digest: newest, from: 'newest' };
};
