import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, type PlainJson } from '../../../src/evidence/receipt/canonical-json.ts';
import { holds } from '../../support/property.ts';

test.each<[PlainJson, string]>([
  [null, 'null'],
  [true, 'true'],
  [false, 'false'],
  [0, '0'],
  [-5, '-5'],
  [Number.MAX_SAFE_INTEGER, '9007199254740991'],
  ['', '""'],
  // RFC 8785 3.2.2.2: the escapes, and what stays as it is.
  ['\u20ac$\u000f\nA\'B"\\\\"/', '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'],
  ['\b\t\n\f\r\u0000\u007f\u2028', '"\\b\\t\\n\\f\\r\\u0000\u007f\u2028"'],
  [[], '[]'],
  [[1, [2], 'a'], '[1,[2],"a"]'],
  [{}, '{}'],
  [{ b: 1, a: { d: [], c: null } }, '{"a":{"c":null,"d":[]},"b":1}'],
  // RFC 8785 3.2.3: the order of its example, by UTF-16 code units.
  [
    { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\u{1f600}': 5, '\u0080': 6, '\u00f6': 7 },
    '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\u{1f600}":5,"\ufb33":3}',
  ],
])('%j', (value, text) => {
  expect(canonicalJson(value)).toBe(text);
});

test.each<[string, PlainJson, string]>([
  ['a fraction', 1.5, '1.5 is no whole number'],
  ['beyond 2^53', 2 ** 53, '9007199254740992 is no whole number'],
  ['minus zero', -0, '0 is no whole number'],
  ['no number', Number.NaN, 'NaN is no whole number'],
  ['half a pair', 'a\ud800', 'a string holds half a surrogate pair'],
  ['half a pair in a key', { '\udc00': 1 }, 'a string holds half a surrogate pair'],
  ['nine levels', [[[[[[[[[1]]]]]]]]], 'it nests more than 8 deep'],
])('no text: %s', (_, value, message) => {
  expect(() => canonicalJson(value)).toThrow(new RangeError(message));
});

test('eight levels are taken', () => {
  expect(canonicalJson([[[[[[[[1]]]]]]]])).toBe('[[[[[[[[1]]]]]]]]');
});

const { value } = fc.letrec<{ value: PlainJson }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(null, true, false),
    fc.maxSafeInteger().map((number) => number + 0),
    fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
      tie('value'),
      { maxKeys: 4 },
    ),
  ),
}));

test('a text reads back to its value, and values that are equal have one text', () =>
  holds(
    fc.property(value, (one) => {
      const text = canonicalJson(one);
      const back = JSON.parse(text) as PlainJson;
      expect(back).toEqual(JSON.parse(JSON.stringify(one)));
      expect(canonicalJson(back)).toBe(text);
    }),
  ));

const turned = (one: PlainJson): PlainJson => {
  if (Array.isArray(one)) return one.map(turned);
  if (typeof one !== 'object' || one === null) return one;
  return Object.fromEntries(
    Object.entries(one)
      .reverse()
      .map(([key, item]) => [key, turned(item)]),
  );
};

test('the order in which keys were put does not matter', () =>
  holds(
    fc.property(value, (one) => {
      expect(canonicalJson(turned(one))).toBe(canonicalJson(one));
    }),
  ));
