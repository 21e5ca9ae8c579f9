import fc from 'fast-check';
import { parse, stringify } from 'smol-toml';
import { expect, test } from 'vitest';
import { findPlaces } from '../../../src/audit/policy/places.ts';
import { holds } from '../../support/property.ts';

const TEXT = `# a = 1
top = "x" # b = 2
list = [ 1, # c = 3
  "]", '"', [2,
  3],
]
"quoted key" = '''
d = 4
''''
a.b . c = 5
date = 2027-01-31 # until then
inline = { x = 1, y.z = { w = [
  7 ] } }
empty = ""
escaped = "\\"] # " # end
multi = """
e = 6 \\"""
"""
[table]
in = true
[[many]]
k = 1
[many.sub]
s = 1
[[many]]
k = 2
[[many.deep]]
d = 1
[[many.deep]]
d = 2
   last = 3`;

test.each<[PropertyKey[], number, number, string | undefined]>([
  [['top'], 2, 1, '"x"'],
  [['list'], 3, 1, undefined],
  [['list', 0], 3, 10, '1'],
  [['list', 1], 4, 3, '"]"'],
  [['list', 2], 4, 8, `'"'`],
  [['list', 3], 4, 13, undefined],
  [['list', 3, 1], 5, 3, '3'],
  [['quoted key'], 7, 1, "'''\nd = 4\n''''"],
  [['a'], 10, 1, undefined],
  [['a', 'b', 'c'], 10, 1, '5'],
  [['date'], 11, 1, '2027-01-31'],
  [['inline'], 12, 1, undefined],
  [['inline', 'x'], 12, 12, '1'],
  [['inline', 'y', 'z', 'w', 0], 13, 3, '7'],
  [['empty'], 14, 1, '""'],
  [['escaped'], 15, 1, '"\\"] # "'],
  [['multi'], 16, 1, '"""\ne = 6 \\"""\n"""'],
  [['table'], 19, 2, undefined],
  [['table', 'in'], 20, 1, 'true'],
  [['many'], 21, 3, undefined],
  [['many', 0], 21, 3, undefined],
  [['many', 0, 'k'], 22, 1, '1'],
  [['many', 0, 'sub', 's'], 24, 1, '1'],
  [['many', 1, 'k'], 26, 1, '2'],
  [['many', 1, 'deep', 0, 'd'], 28, 1, '1'],
  [['many', 1, 'deep', 1, 'd'], 30, 1, '2'],
  [['many', 1, 'deep', 1, 'last'], 31, 4, '3'],
  // What is not there: the nearest above it.
  [['table', 'out'], 19, 2, undefined],
  [['many', 1, 'deep', 1, 'x', 'y'], 29, 3, undefined],
  [['nowhere'], 1, 1, undefined],
  [[], 1, 1, undefined],
])('%j stands where it is written', (path, line, column, raw) => {
  parse(TEXT);
  const places = findPlaces(TEXT);
  expect(places.at(path)).toEqual({ line, column, text: TEXT.split('\n')[line - 1] });
  expect(places.raw(path)).toBe(raw);
});

test('keys and values stand in whatever white space', () => {
  const text = `'a  b'\t.  c =  'x'\nlit = ''''x' '''\ne = ''\nl = [ 1 ,\n 2 ]\n"k" . 'm' = 3\nlast = [\n]`;
  parse(text);
  const places = findPlaces(text);
  expect(places.raw(['a  b', 'c'])).toBe("'x'");
  expect(places.raw(['lit'])).toBe("''''x' '''");
  expect(places.raw(['e'])).toBe("''");
  expect(places.raw(['l', 0])).toBe('1');
  expect(places.raw(['l', 1])).toBe('2');
  expect(places.raw(['k', 'm'])).toBe('3');
  expect(places.at(['l', 1])).toMatchObject({ line: 5, column: 2 });
  expect(places.at(['last'])).toMatchObject({ line: 7, column: 1, text: 'last = [' });
});

test('columns count code points', () => {
  expect(findPlaces('a = ["\u{1f600}", 2]').at(['a', 1])).toMatchObject({ line: 1, column: 11 });
});

const PATHS = (value: unknown, path: PropertyKey[] = []): PropertyKey[][] =>
  typeof value === 'object' && value !== null && !(value instanceof Date)
    ? Object.entries(value).flatMap(([key, inner]) => {
        const next = [...path, Array.isArray(value) ? Number(key) : key];
        return [next, ...PATHS(inner, next)];
      })
    : [];

test('whatever is written, every scalar is found with its own text', () => {
  const key = fc.stringMatching(/^[a-z_ -]{1,6}$/);
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.integer(),
      fc.boolean(),
      fc.string({ unit: 'grapheme' }),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(key, tie('value'), { maxKeys: 4 }),
    ),
  }));
  return holds(
    fc.property(fc.dictionary(key, value, { maxKeys: 5 }), (document) => {
      const text = stringify(document);
      const parsed = parse(text);
      const places = findPlaces(text);
      for (const path of PATHS(parsed)) {
        const found = path.reduce<unknown>((one, part) => (one as Record<PropertyKey, unknown>)[part], parsed);
        if (typeof found === 'object') continue;
        const raw = places.raw(path);
        if (raw === undefined || !Object.is(parse(`x = ${raw}`).x, found))
          throw new Error(`${JSON.stringify(path)}: ${raw}`);
      }
    }),
  );
});
