import { type RefList, type RemoteRef, tipOf } from '../../source/history/refs.ts';
import { shown } from '../report/shown.ts';
import { PinningError } from './errors.ts';

/** Names that a message lists; a repository may have thousands. */
const MAX_LISTED = 5;

const listed = (names: readonly string[]): string => {
  const left = names.length - MAX_LISTED;
  return names.slice(0, MAX_LISTED).map(shown).join(', ') + (left > 0 ? ` and ${left} more` : '');
};

const lastPart = (name: string): string => name.slice(name.lastIndexOf('/') + 1).toLowerCase();

/** Names that may have been meant: the same last part, or one that holds what was given. */
const similar = ({ refs }: RefList, name: string): string[] => {
  const wanted = lastPart(name);
  return refs.map((ref) => ref.name).filter((full) => lastPart(full) === wanted || full.toLowerCase().includes(wanted));
};

const hintFor = (list: RefList, name: string): string => {
  if (/^[0-9A-Fa-f]{40}$|^[0-9A-Fa-f]{64}$/.test(name)) return 'write the hash of a commit in lower case';
  const near = similar(list, name);
  if (near.length > 0) return `it has ${listed(near)}`;
  if (/^[0-9a-f]{4,}$/.test(name)) return 'a commit is named by all 40 or 64 digits of its hash';
  if (list.refs.length === 0) return 'it has no branch and no tag at all';
  if (list.head !== undefined) return `its default branch is ${shown(list.head)}`;
  return `it has ${listed(list.refs.map((ref) => ref.name))}`;
};

/**
 * The one branch or tag that a name stands for: in full (`refs/tags/v1`), or short, as `v1`, `tags/v1`. A short name that is both is an
 * error, also where both hold the same commit now: the name would not say which of the two was meant.
 * @throws PinningError `ref-missing`, `ref-ambiguous`
 */
export const chooseRef = (list: RefList, name: string): RemoteRef => {
  const full = name.startsWith('refs/') ? [name] : [`refs/${name}`, `refs/tags/${name}`, `refs/heads/${name}`];
  const found = list.refs.filter((ref) => full.includes(ref.name));
  const [one, other] = found;
  if (one === undefined) {
    throw new PinningError('ref-missing', `the repository has no branch or tag '${shown(name)}'`, {
      hint: hintFor(list, name),
    });
  }
  if (other !== undefined) {
    const what = found.map((ref) => `${shown(ref.name)} (${tipOf(ref)})`).join(', ');
    throw new PinningError('ref-ambiguous', `'${shown(name)}' stands for more than one: ${what}`, {
      hint: `write the full name, such as ${shown(one.name)}`,
    });
  }
  return one;
};
