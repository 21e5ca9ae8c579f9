import { PIN_KEY_NAMES } from './keys.ts';
import { nearestOf } from './suggest.ts';

/** `text` with its code points from `start` to `end` starred out, so that columns stay where they are. */
const star = (text: string, start: number, end: number): string => {
  const until = Math.max(start, end);
  return text.slice(0, start) + text.slice(start, until).replace(/./gsu, '*') + text.slice(until);
};

/** One word: what stands before the last `@` of a URL, or of `user:password@host`, and a URL's query. */
const maskWord = (word: string): string => {
  const scheme = word.indexOf('://');
  const at = word.lastIndexOf('@');
  if (scheme !== -1) {
    const query = word.indexOf('?', scheme);
    return star(query === -1 ? word : star(word, query + 1, word.length), scheme + 3, at);
  }
  if (!word.slice(0, at).includes(':')) return word;
  return star(word, word.slice(0, word.indexOf(':')).search(/[^=:"'/]*$/), at);
};

/**
 * A line without what looks like credentials or a query inside a URL. No step here scans a long line more than once.
 */
const maskUrlSecrets = (line: string): string =>
  line
    .split(/(\s)/u)
    .map((word) => maskWord(word))
    .join('');

/**
 * A line of an environment file as it may be shown: the name, never the value, and nothing of a line without a name.
 */
export const maskValue = (line: string): string => {
  const name = /^[ \t]*[A-Za-z_][A-Za-z0-9_]*[ \t]*=/.exec(line)?.[0];
  return `${name ?? ''}***`;
};

/** What stands before the `=`, or the beginning of a line without one: nobody hides a key further back. */
const keyPart = (line: string): string => (line.includes('=') ? line.slice(0, line.indexOf('=')) : line).slice(0, 200);

/**
 * A line of a pin as it may be shown. Where a line names no key, not even nearly, the file may be another one, a key or
 * a list of passwords that was mounted in the wrong place: nothing but the name before `=` is shown of it. In the
 * others, what looks like credentials inside a URL is starred out, since a config that wrongly holds a token must not
 * put it into the log.
 */
export const maskPinLine = (line: string): string => {
  const words = Array.from(keyPart(line).matchAll(/[A-Za-z_][A-Za-z0-9_-]+/g));
  const ours = words.some(([word]) => nearestOf(word, PIN_KEY_NAMES) !== undefined);
  return ours || line.trimStart().startsWith('#') ? maskUrlSecrets(line) : maskValue(line);
};
