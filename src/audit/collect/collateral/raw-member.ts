import { CollectError } from '../errors.ts';

/** The index after the string that opens at `at`. */
const endOfString = (text: string, at: number): number => {
  let index = at + 1;
  while (text[index] !== '"') index += text[index] === '\\' ? 2 : 1;
  return index + 1;
};

/** The index after the object or array that opens at `at`. */
const endOfNested = (text: string, at: number): number => {
  let depth = 0;
  let index = at;
  do {
    const char = text[index];
    if (char === '"') {
      index = endOfString(text, index);
      continue;
    }
    if (char === '{' || char === '[') depth++;
    if (char === '}' || char === ']') depth--;
    index++;
  } while (depth > 0);
  return index;
};

const skip = (text: string, at: number, pattern: RegExp): number => {
  pattern.lastIndex = at;
  return at + (pattern.exec(text)?.[0].length ?? 0);
};

/**
 * The exact text of the object that member `name` of a JSON object holds: signatures cover it as it was sent. `text` must have
 * been read by `parseJson` before, as an object. Throws CollectError `bad-answer` where there is no such object.
 */
export const rawMember = (text: string, name: string): string => {
  const space = /[ \t\r\n]*/y;
  let at = skip(text, 0, space) + 1;
  for (;;) {
    at = skip(text, at, /[ \t\r\n,]*/y);
    if (text[at] !== '"') throw new CollectError('bad-answer', `the answer has no object ${name}`);
    const afterKey = endOfString(text, at);
    const key: unknown = JSON.parse(text.slice(at, afterKey));
    const start = skip(text, afterKey, /[ \t\r\n]*:[ \t\r\n]*/y);
    const opens = text[start];
    let end: number;
    if (opens === '"') end = endOfString(text, start);
    else if (opens === '{' || opens === '[') end = endOfNested(text, start);
    else end = skip(text, start, /[^,}\s]*/y);
    if (key === name && opens === '{') return text.slice(start, end);
    at = end;
  }
};
