import type { Reachability } from '../../source/history/reachability.ts';
import { SourceError } from '../../source/errors.ts';
import { BOUND_HINT } from '../../source/history/limits.ts';
import { failed, notChecked, type Outcome, passed } from '../outcome.ts';
import { counted } from '../wording.ts';
import type { SourceFacts } from './facts.ts';
import type { SourceFinding } from './contents/finding.ts';
import { notHad } from './judge-errors.ts';

/** Refs at whose tip a commit is that are named one by one. */
const MAX_NAMED = 5;

const lookedAt = ({ branches, tags, commits }: Reachability): string => {
  const listed = `${branches} ${branches === 1 ? 'branch' : 'branches'} and ${counted(tags, 'tag')}`;
  return `the repository lists ${listed}; ${counted(commits, 'commit')} fetched and hashed on the way`;
};

/** Whether the tag that the commit is said to belong to is there and names another commit now. */
const isMovedTag = ({ expected }: Reachability, commit: string): boolean =>
  expected?.isTag === true && expected.tip !== undefined && expected.tip !== commit;

const unreachable = (found: Reachability, commit: string): Outcome => {
  const { expected } = found;
  const details = [lookedAt(found)];
  if (expected?.tip !== undefined && isMovedTag(found, commit)) {
    return failed({
      summary: `the tag ${expected.name} was moved: it names another commit now, and no branch or tag leads to this one`,
      expected: commit,
      found: expected.tip,
      details,
      hint: 'ask who moved the tag and why; what runs is not what the tag stands for now',
    });
  }
  return failed({
    summary: 'no branch or tag of the repository leads to the commit',
    details: [
      ...details,
      'a forge serves the commits of every fork under the address of its parent: anybody may have made this one',
    ],
    hint: 'do not take it for the work of this repository; if a branch was deleted or force-pushed, ask its owners to tag the commit',
  });
};

/**
 * `source.reachable`: the commit belongs to a branch or tag of the repository. `refs/pull` and the like do not count, since anybody
 * can put commits there.
 */
export const judgeReachable = ({ reachability }: SourceFacts, commit: string): Outcome => {
  if (reachability === undefined) return notChecked({ summary: 'it stands on the commit, which was not had' });
  if ('error' in reachability) {
    const outcome = notHad(reachability.error, 'the history could not be searched');
    const { error } = reachability;
    const isBound = error instanceof SourceError && error.code === 'limit-exceeded';
    return isBound ? notChecked({ summary: outcome.summary, hint: BOUND_HINT }) : outcome;
  }
  const found = reachability.value;
  const { reach } = found;
  switch (reach.kind) {
    case 'unreachable':
      return unreachable(found, commit);
    case 'tip': {
      const names = reach.refs.slice(0, MAX_NAMED).map(({ name }) => name);
      const more = reach.refs.length - names.length;
      const all = `${names.join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
      return passed({
        summary: `the commit is the tip of ${all}`,
        found: reach.refs[0]?.name ?? '',
        details: [lookedAt(found)],
      });
    }
    case 'ancestor':
      return passed({
        summary: `the commit belongs to ${reach.ref.name}, ${counted(reach.behind, 'commit')} behind its tip`,
        found: reach.ref.name,
        details: [lookedAt(found)],
      });
  }
};

/** What became of the branch or tag that the commit is said to belong to. */
export const refFindings = ({ reachability }: SourceFacts, commit: string): SourceFinding[] => {
  if (reachability === undefined || 'error' in reachability) return [];
  const found = reachability.value;
  const { expected, reach } = found;
  if (expected === undefined) return [];
  if (expected.tip === undefined) {
    return [{ id: 'source.ref-missing', text: `${expected.name} is no branch or tag of the repository any more` }];
  }
  if (isMovedTag(found, commit)) {
    return [{ id: 'source.tag-moved', text: `the tag ${expected.name} names ${expected.tip} now and not ${commit}` }];
  }
  const isOn =
    reach.kind === 'tip' ? expected.tip === commit : reach.kind === 'ancestor' && reach.ref.name === expected.name;
  if (isOn || reach.kind === 'unreachable') return [];
  return [{ id: 'source.other-ref', text: `the commit was expected on ${expected.name} and was found elsewhere` }];
};
