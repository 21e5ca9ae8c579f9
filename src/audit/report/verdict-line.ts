import { causesOf } from '../missing.ts';
import type { Verdict } from '../result.ts';
import { decides } from '../verdict.ts';
import { countStates, describeCounts } from './counts.ts';
import { shown } from './shown.ts';

/** The line is one line: what is more is counted, and stands above. */
const MAX_NAMED = 6;

const named = (ids: readonly string[]): string => {
  const left = ids.length - MAX_NAMED;
  return `${ids.slice(0, MAX_NAMED).join(', ')}${left > 0 ? ` and ${left} more` : ''}`;
};

/** Which checks kept the verdict from its best: the very ones that call for this exit code, then how much else is missing. */
const reasonOf = ({ checks, exit, missing, only }: Verdict): string => {
  if (exit === 0) return '';
  const deciding = checks.filter((result) => decides(result) && result.exit === exit);
  if (deciding.length > 0) return named(causesOf(deciding, checks).map(({ id }) => id));
  const count = missing.length === 1 ? '1 thing is' : `${missing.length} things are`;
  return `${count} missing for ${only === undefined ? 'VERIFIED' : 'PASSED'}, see above`;
};

/**
 * The last line of a report, as `VERIFIED (16 passed)` or `PASSED (attestation only): 14 passed`. It begins with the word
 * and holds no text of the evidence. `SIMULATED: ` stands before it where the trust root is not Intel's.
 */
export const verdictLine = (verdict: Verdict): string => {
  const { word, only, simulated, checks } = verdict;
  const counts = describeCounts(countStates(checks));
  const reason = reasonOf(verdict);
  const head = only === undefined ? `${word} (${counts})` : `${word} (${only} only): ${counts}`;
  const line = reason === '' ? head : `${head}${only === undefined ? ': ' : '; '}${reason}`;
  // The words are of closed lists by their types; a value made without the types must not get a second line either.
  return `${simulated ? 'SIMULATED: ' : ''}${shown(line)}`;
};
