import { SourceError } from '../errors.ts';
import { escapeBytes } from '../../base/escape.ts';

/** Code points that HFS+ ignores in names, so that `.g\u200cit` is `.git` there (CVE-2014-9390). */
const HFS_IGNORED = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/** `.git` for NTFS: trailing dots and spaces fall away, a stream name may follow, and `git~1` is its short name. */
const NTFS_GIT = /^(?:\.git|git~1)[. ]*(?:$|:)/i;

/** Whether NTFS takes `name` for `.git`, or for something behind or below it: a backslash separates there (git's `is_ntfs_dotgit`). */
const isNtfsDotGit = (name: string): boolean => name.split('\\').some((part) => NTFS_GIT.test(part));

/** Whether HFS+ takes it for `.git` (git's `is_hfs_dotgit`). */
const isHfsDotGit = (latin1: string): boolean => {
  const text = Buffer.from(latin1, 'latin1').toString('utf8');
  return text.replace(HFS_IGNORED, '').toLowerCase() === '.git';
};

/**
 * Names made only of these are sound: almost all of them, at one test each. None begins with a dot, and none holds a tilde,
 * a colon or a backslash, so none is `.git` by any of its names.
 */
const PLAIN = /^[A-Za-z0-9_\-+@,=][A-Za-z0-9_\-+@,=.]*$/;

/** A name or path that is kept one character a byte, as text for a message. */
export const showName = (latin1: string): string => escapeBytes(Buffer.from(latin1, 'latin1'));

/** As {@link showName}, for what may be of any length: no more than its first bytes. */
export const showStart = (latin1: string, maxBytes: number): string =>
  latin1.length <= maxBytes ? showName(latin1) : `${showName(latin1.slice(0, maxBytes))}…`;

/** How much is shown of a name that is too long: it can have as many bytes as the tree, and four signs show one of them. */
const SHOWN_NAME_BYTES = 1024;

/**
 * Refuses names that are no names: empty, `.`, `..`, with a slash, or `.git` in any case and its HFS and NTFS aliases. A NUL
 * cannot occur, it ends the name. All else is data: any encoding, control characters, names that differ by case only.
 * @param name one character a byte
 * @throws SourceError `tree-name-refused`
 */
export const checkName = (name: string, folder: string, maxBytes: number): void => {
  const refuse = (why: string, shown = showName(name)): never => {
    const where = folder === '' ? 'at the top of the commit' : `in folder '${showName(folder)}'`;
    throw new SourceError('tree-name-refused', `name '${shown}' ${where} is refused: ${why}`, {
      hint: 'the pinned commit holds a tree that git itself would not make; look at where this commit comes from',
    });
  };
  if (name.length > maxBytes) refuse(`it is longer than ${maxBytes} bytes`, showStart(name, SHOWN_NAME_BYTES));
  if (PLAIN.test(name)) return;
  if (name === '') refuse('it is empty');
  if (name === '.' || name === '..') refuse('it would lead to another folder');
  if (name.includes('/')) refuse('it holds a slash');
  if (isNtfsDotGit(name) || isHfsDotGit(name)) refuse('it is .git on some file system');
};
