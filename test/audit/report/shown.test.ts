import { expect, test } from 'vitest';
import { MAX_SHOWN, shown, shownOrEmpty } from '../../../src/audit/report/shown.ts';

test.each([
  ['plain text', 'a b', 'a b'],
  ['line breaks', 'a\nb\r\nc', 'a\\nb\\r\\nc'],
  ['escape codes, of one byte and of two', '\u001b[32m\u009b32m', '\\x1b[32m\\x9b32m'],
  ['bidirectional controls', 'a\u202eb\u2066c', 'a\\u{202e}b\\u{2066}c'],
  ['line separators', 'a\u2028b\u2029c\u0085d', 'a\\u{2028}b\\u{2029}c\\x85d'],
  ['spaces that are none', 'a\u00a0b\u3000c\u2003d', 'a\\u{a0}b\\u{3000}c\\u{2003}d'],
  [
    'every blank but the space',
    '\t\v\f\u1680\u200a\u202f\u205f\ufeff ',
    '\\t\\x0b\\x0c\\u{1680}\\u{200a}\\u{202f}\\u{205f}\\u{feff} ',
  ],
  ['NUL and the rest', '\u0000\u007f\ud800', '\\x00\\x7f\\u{d800}'],
  ['letters of any language', 'caf\u00e9 \u4e2d\u6587', 'caf\u00e9 \u4e2d\u6587'],
])('%s', (_, given, expected) => {
  expect(shown(given)).toBe(expected);
});

test('three registers with their names are shown whole', () => {
  const found = [0, 1, 2].map((index) => `RTMR${index} ${'ab'.repeat(48)}`).join(', ');
  expect(shown(found)).toBe(found);
});

test('what is longer is shortened in the middle and says by how much', () => {
  expect(MAX_SHOWN).toBe(400);
  expect(shown('x'.repeat(400))).toBe('x'.repeat(400));
  const long = `${'a'.repeat(180)}${'b'.repeat(41)}${'c'.repeat(180)}`;
  expect(shown(long)).toBe(`${'a'.repeat(180)}[... 41 characters left out ...]${'c'.repeat(180)}`);
  expect(shown('\n'.repeat(500))).toBe(`${'\\n'.repeat(180)}[... 140 characters left out ...]${'\\n'.repeat(180)}`);
});

test('nothing is said to be nothing', () => {
  expect(shownOrEmpty('')).toBe('(empty)');
  expect(shownOrEmpty(' ')).toBe(' ');
  expect(shownOrEmpty('\n')).toBe('\\n');
});
