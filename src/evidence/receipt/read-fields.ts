import { escapeText } from '../../base/escape.ts';
import { arrayOf, type JsonObject, objectOf, stringOf } from '../../base/json.ts';
import { ReceiptError } from './errors.ts';
import { MAX_LIST_ITEMS } from './limits.ts';

/** The error for what no launcher writes. `what` is escaped here. */
export const bad = (what: string): ReceiptError => new ReceiptError('bad-receipt', escapeText(what));

/** An object with these keys, all of them, and no other. */
export const closedObject = (value: unknown, keys: readonly string[], what: string): JsonObject => {
  const object = objectOf(value, what);
  const odd = Object.keys(object).find((key) => !keys.includes(key));
  if (odd !== undefined) throw bad(`${what} has a key '${odd.slice(0, 100)}', which is none of a receipt's`);
  const lacking = keys.find((key) => !Object.hasOwn(object, key));
  if (lacking !== undefined) throw bad(`${what} has no '${lacking}'`);
  return object;
};

/** Text of at least one character. */
export const textOf = (value: unknown, what: string): string => {
  const text = stringOf(value, what);
  if (text === '') throw bad(`${what} is empty`);
  return text;
};

/** Lower-case hex of one of these numbers of digits. */
export const hexOfLength = (value: unknown, lengths: readonly number[], what: string): string => {
  const text = stringOf(value, what);
  if (!lengths.includes(text.length) || !/^[0-9a-f]+$/.test(text)) {
    throw bad(`${what} is not ${lengths.join(' or ')} lower-case hex digits`);
  }
  return text;
};

/** A list that is not too long. */
export const listOf = <T>(value: unknown, read: (item: unknown, what: string) => T, what: string): readonly T[] => {
  const list = arrayOf(value, what);
  if (list.length > MAX_LIST_ITEMS) {
    throw new ReceiptError('too-large', `${what} has ${list.length} items, more than ${MAX_LIST_ITEMS}`);
  }
  return list.map((item, index) => read(item, `${what}[${index}]`));
};

/** Names, each once, in the order of their UTF-16 code units. */
export const sortedNames = (value: unknown, what: string): readonly string[] => {
  const names = listOf(value, textOf, what);
  const out = names.findIndex((name, index) => index > 0 && name <= names[index - 1]!);
  if (out > 0) throw bad(`${what}[${out}] is not in order`);
  return names;
};
