import { type Checked, fail, pass } from './checked.ts';
import { readAuthority } from './host.ts';
import type { RepoUrl } from './types.ts';
import { parseRepoUrl } from './url.ts';

const shaHint = (text: string): string => {
  if (/\$/.test(text)) return 'nothing is expanded in a pin: write the digits themselves';
  if (/^(?:[0-9A-F]{40}|[0-9A-F]{64})$/i.test(text)) return 'write it in lower case';
  if (/^[0-9a-f]+$/i.test(text)) return `it has ${text.length} digits; git rev-parse HEAD prints all of them`;
  return 'name a commit by its hash, as git rev-parse HEAD prints it: no branch and no tag';
};

/** The rule of `COMMIT_SHA`: 40 or 64 lower-case hex digits, not all zero, which is git's name for no object. */
export const commitSha = (text: string): Checked<string> => {
  if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text)) {
    const odd = Math.max(0, text.search(/[^0-9a-f]/));
    return fail('bad-value', 'must be a full 40-hex SHA-1 or 64-hex SHA-256 hash', shaHint(text), odd);
  }
  return /^0+$/.test(text) ? fail('bad-value', 'must not be all zeros', 'write the hash of a commit') : pass(text);
};

/** The rule of `TREE_SHA256`: 64 lower-case hex digits, not all zero. */
export const treeSha256 = (text: string): Checked<string> => {
  const hint = 'write the tree as git names it in the SHA-256 format; --dry-run prints it';
  if (!/^[0-9a-f]{64}$/.test(text)) return fail('bad-value', 'must be 64 lower-case hex digits', hint);
  return /^0+$/.test(text) ? fail('bad-value', 'must not be all zeros', hint) : pass(text);
};

/** One of a few words. */
export const oneOf =
  <const Word extends string>(...words: Word[]) =>
  (text: string): Checked<Word> => {
    const word = words.find((candidate) => candidate === text);
    return word === undefined
      ? fail('bad-value', `must be ${words.slice(0, -1).join(', ')} or ${words.at(-1)}`, 'write one of these words')
      : pass(word);
  };

/** A command for `bash -c`: anything but white space alone. */
export const command = (text: string): Checked<string> =>
  text.trim() === '' ? fail('empty-value', 'must not be empty', 'write a command, or remove the line') : pass(text);

/** The rule of `INSTALL_CMD`: an empty one means none. */
export const optionalCommand = (text: string): Checked<string | undefined> =>
  pass(text.trim() === '' ? undefined : text);

/** The words of a list, each by a rule of its own; empty lists and words given twice are faults. */
const listOf = <T>(text: string, rule: (word: string) => Checked<T>): Checked<T[]> => {
  const values: T[] = [];
  const seen = new Set<string>();
  for (const { 0: word, index } of text.matchAll(/[^ ]+/g)) {
    const checked = rule(word);
    if (!checked.ok) return { ok: false, fault: { ...checked.fault, offset: index + checked.fault.offset } };
    if (seen.has(word)) return fail('bad-value', 'must not name the same twice', 'remove one', index);
    seen.add(word);
    values.push(checked.value);
  }
  return values.length === 0 ? fail('empty-value', 'must not be empty', 'remove the line') : pass(values);
};

/** A name in an environment; bash exports functions as `BASH_FUNC_name%%`. */
const ENV_NAME = /^(?:BASH_FUNC_[^\s=]+%%|[A-Za-z_][A-Za-z0-9_]*)$/;

/** The rule of `ALLOW_ENV`: names separated by spaces. A set: the order means nothing, so they come back sorted. */
export const envNames = (text: string): Checked<string[]> => {
  const names = listOf(text, (word) =>
    ENV_NAME.test(word)
      ? pass(word)
      : fail('bad-value', 'must hold names of variables', 'separate full names by spaces; there are no wildcards'),
  );
  return names.ok ? pass(names.value.toSorted()) : names;
};

/** The rule of `REPO_MIRRORS`: URLs as in `REPO_URL`, separated by spaces, in the order to try. */
export const mirrors = (text: string): Checked<RepoUrl[]> => listOf(text, parseRepoUrl);

/** The rule of `REPO_PROXY`: `http://host:port` or `https://host:port` and no more. */
export const proxy = (text: string): Checked<string> => {
  const hint = 'write http://host:port or https://host:port';
  const refused = fail('bad-url', 'must be a host and a port', hint);
  const scheme = ['http://', 'https://'].find((start) => text.startsWith(start));
  if (scheme === undefined) return refused;
  const authority = text.slice(scheme.length);
  if (authority.includes('@')) return fail('credentials-in-url', 'must not contain credentials', hint);
  return readAuthority(authority)?.port === undefined ? refused : pass(text);
};
