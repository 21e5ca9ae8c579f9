/** What ends a command for compose's splitter, or what it reads as a shell would and does not run. We read none of it. */
const UNREAD = /[;&|<>()`$]/;
const SPACE = /[ \t\r\n]/;

/**
 * The words of a command that is written as one string, as compose splits it: blanks part words, quotes and backslashes keep them
 * together. Undefined where it cannot be split, and where it holds an operator or a substitution outside of quotes: compose
 * drops what follows some of these, and what is meant is better written as a list.
 */
export const splitWords = (text: string): string[] | undefined => {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? '';
    if (char === '\\' && quote !== "'") {
      const next = text[++at];
      if (next === undefined) return undefined;
      // Versions of compose differ on whether these become a line feed and a tab.
      if (next === 'n' || next === 't') return undefined;
      word = (word ?? '') + next;
    } else if (quote !== '') {
      if (char === quote) quote = '';
      else if (char === '`' || char === '$') return undefined;
      else word = (word ?? '') + char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (SPACE.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (UNREAD.test(char)) return undefined;
    else word = (word ?? '') + char;
  }
  if (quote !== '') return undefined;
  return word === undefined ? words : [...words, word];
};
