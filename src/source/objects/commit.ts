import { SourceError } from '../errors.ts';
import { idLength, type ObjectFormat } from './object-id.ts';

export interface Commit {
  tree: string;
  parents: string[];
}

/**
 * The tree and parents of a commit object. Only the leading header lines are read; the rest is data.
 * @throws SourceError `commit-malformed`
 */
export const parseCommit = (content: Buffer, format: ObjectFormat, id: string): Commit => {
  const hexLength = idLength(format) * 2;
  const isHex = new RegExp(`^[0-9a-f]{${hexLength}}$`);
  const malformed = (what: string): SourceError =>
    new SourceError('commit-malformed', `commit ${id} is malformed: ${what}`, {
      hint: 'check that COMMIT_SHA names a commit that git fsck accepts',
    });
  const line = (start: number, key: string): string | undefined => {
    const end = start + key.length + 1 + hexLength;
    if (content.toString('latin1', start, start + key.length + 1) !== `${key} ` || content[end] !== 0x0a)
      return undefined;
    const value = content.toString('latin1', start + key.length + 1, end);
    if (!isHex.test(value)) throw malformed(`its ${key} line holds no ${hexLength}-digit hash`);
    return value;
  };
  const tree = line(0, 'tree');
  if (tree === undefined) throw malformed('it does not begin with a tree line');
  let position = `tree ${tree}\n`.length;
  const parents: string[] = [];
  for (let parent = line(position, 'parent'); parent !== undefined; parent = line(position, 'parent')) {
    parents.push(parent);
    position += `parent ${parent}\n`.length;
  }
  return { tree, parents };
};
