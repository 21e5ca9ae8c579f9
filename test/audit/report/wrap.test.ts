import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wrap } from '../../../src/audit/report/wrap.ts';
import { holds } from '../../support/property.ts';

const HEX = '0123456789abcdef';

test.each([
  ['nothing', '', ['>>']],
  ['what fits exactly', '123456789 12', ['>>123456789 12']],
  ['a break at the last space that fits', 'ab cd ef gh ij kl', ['>>ab cd ef gh', '  ij kl']],
  ['a space just behind the room', '123456789012 x', ['>>123456789012', '  x']],
  ['a word as long as the room', '1234567890123 x', ['>>123456789012', '  3 x']],
  ['a word longer than two lines', 'x'.repeat(26), [`>>${'x'.repeat(12)}`, `  ${'x'.repeat(12)}`, '  xx']],
  ['a space at the front, which is no place to break', ` ${'x'.repeat(12)}`, [`>> ${'x'.repeat(11)}`, '  x']],
  ['spaces are kept but for the one of the break', 'a  b          c', ['>>a  b        ', '   c']],
  ['a hash in one piece', `${HEX.repeat(4)} x`, [`>>${HEX.repeat(4)}`, '  x']],
  ['a hash behind a word', `is ${HEX.repeat(2)}`, ['>>is', `  ${HEX.repeat(2)}`]],
  ['a hash with its algorithm', `sha256:${HEX.repeat(4)}`, [`>>sha256:${HEX.repeat(4)}`]],
  ['31 hex digits', HEX.repeat(2).slice(1), ['>>123456789abc', '  def012345678', '  9abcdef']],
  ['32 hex digits', HEX.repeat(2), [`>>${HEX.repeat(2)}`]],
  ['200 hex digits', 'ab'.repeat(100), [`>>${'ab'.repeat(100)}`]],
  ['more than 200 hex digits', 'ab'.repeat(101), expect.arrayContaining(['>>abababababab'])],
  ['a long name in front of a hash', `abcdefghijklm:${HEX.repeat(2)}`, expect.arrayContaining(['>>abcdefghijkl'])],
  ['no name in front of a hash', `:${HEX.repeat(2)}`, expect.arrayContaining(['>>:0123456789a'])],
  ['a hash with something behind it', `${HEX.repeat(2)}-VERIFIED`, expect.arrayContaining(['>>0123456789ab'])],
  ['wide characters take two columns', '\u4e2d'.repeat(7), [`>>${'\u4e2d'.repeat(6)}`, '  \u4e2d']],
  ['characters outside of the BMP are not cut', '\u{1f600}'.repeat(7), [`>>${'\u{1f600}'.repeat(6)}`, '  \u{1f600}']],
  ['the last of ASCII takes one', '~'.repeat(12), [`>>${'~'.repeat(12)}`]],
])('%s', (_, text, lines) => {
  expect(wrap('>>', text, 14)).toEqual(lines);
});

test('behind a long label there is still room for ten', () => {
  expect(wrap('0123456789', 'abcdefghijkl', 12)).toEqual(['0123456789abcdefghij', '          kl']);
  expect(wrap('01', 'abcdefghijkl', 12)).toEqual(['01abcdefghij', '  kl']);
  expect(wrap('01', 'abcdefghijkl', 13)).toEqual(['01abcdefghijk', '  l']);
});

test('whatever the text, no line is too wide and nothing but spaces is lost', async () => {
  const text = fc.string({ unit: fc.constantFrom('a', ' ', 'V', '\u4e2d', '\u{1f600}'), maxLength: 120 });
  await holds(
    fc.property(text, fc.integer({ min: 0, max: 60 }), (given, width) => {
      const lines = wrap('  ', given, width);
      const columns = (line: string): number => [...line].reduce((sum, char) => sum + (char <= '~' ? 1 : 2), 0);
      for (const line of lines) {
        expect(line.startsWith('  ')).toBe(true);
        expect(columns(line)).toBeLessThanOrEqual(Math.max(width, 12));
      }
      expect(
        lines
          .map((line) => line.slice(2))
          .join('')
          .replaceAll(' ', ''),
      ).toBe(given.replaceAll(' ', ''));
    }),
  );
});
