/** JSON without fractions: what a statement is made of. */
export type PlainJson = null | boolean | number | string | readonly PlainJson[] | { readonly [key: string]: PlainJson };

/** Statements nest three deep. */
const MAX_DEPTH = 8;

const stringText = (text: string): string => {
  // RFC 8785 3.2.2.2 ends with an error on half a surrogate pair, where JSON.stringify would escape it.
  if (!text.isWellFormed()) throw new RangeError('a string holds half a surrogate pair');
  return JSON.stringify(text);
};

const write = (value: PlainJson, depth: number): string => {
  if (depth > MAX_DEPTH) throw new RangeError(`it nests more than ${MAX_DEPTH} deep`);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return stringText(value);
  if (typeof value === 'number') {
    // Whole numbers below 2^53 are written alike by everybody (3.2.2.3); -0 would lose its sign.
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) throw new RangeError(`${value} is no whole number`);
    return String(value);
  }
  if (Array.isArray(value)) return `[${value.map((item: PlainJson) => write(item, depth + 1)).join(',')}]`;
  const object = value as { readonly [key: string]: PlainJson };
  // Sorting strings compares their UTF-16 code units, as 3.2.3 asks.
  const members = Object.keys(object)
    .sort()
    .map((key) => `${stringText(key)}:${write(object[key] as PlainJson, depth + 1)}`);
  return `{${members.join(',')}}`;
};

/**
 * The one text of a value by RFC 8785 (JSON Canonicalization Scheme), for the values that statements are made of: no
 * fractions, no exponents.
 * @throws RangeError for a value that has no such text
 */
export const canonicalJson = (value: PlainJson): string => write(value, 0);
