import { createHash } from 'node:crypto';
import type { Claim } from '../../evidence/receipt/statement.ts';
import { canonicalPin } from '../../pin/canonical.ts';
import type { Pin } from '../../pin/types.ts';
import { entryPath } from '../source/entry.ts';
import type { Difference } from './same-deployment.ts';

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

const NONE = '(none)';

/** Variables that the claim says were let through, and the pin does not name. */
const allowedBeyond = ({ allowed }: Claim, { allowEnv }: Pin): Difference | undefined => {
  const beyond = allowed.filter((name) => !allowEnv.includes(name));
  if (beyond.length === 0) return undefined;
  return { what: 'allowed', expected: `of ALLOW_ENV: ${allowEnv.join(' ') || NONE}`, found: beyond.join(' ') };
};

/**
 * Where a claim is not of this pin; undefined where it is. The hash of the canonical text says it all; the rest is what the claim repeats of
 * it, and must not contradict it. Whether both are of one grammar is for the caller to see first.
 * @param pinText the exact text of the config, where the attested compose decides it
 */
export const claimDifference = (claim: Claim, pin: Pin, pinText: string | undefined): Difference | undefined => {
  const rows: readonly Difference[] = [
    { what: 'pin.sha256', expected: sha256(canonicalPin(pin)), found: claim.pin.sha256 },
    ...(pinText === undefined
      ? []
      : [{ what: 'config_sha256', expected: sha256(pinText), found: claim.config_sha256 }]),
    { what: 'repository', expected: pin.repoUrl.text, found: claim.repository },
    { what: 'commit', expected: pin.commitSha, found: claim.commit },
    { what: 'tree_sha256', expected: pin.treeSha256 ?? NONE, found: claim.tree_sha256 ?? NONE },
    { what: 'entry.path', expected: entryPath(pin) ?? NONE, found: claim.entry?.path ?? NONE },
  ];
  return rows.find(({ expected, found }) => expected !== found) ?? allowedBeyond(claim, pin);
};
