import fc from 'fast-check';
import { expect, test } from 'vitest';
import { gutterLines, MAX_ROWS, numbered } from '../../../src/audit/report/gutter.ts';
import { holds } from '../../support/property.ts';

test.each<[string, string, string[]]>([
  ['nothing', '', []],
  ['one line', 'a\n', ['1 a']],
  ['a line that does not end', 'a\nb', ['1 a', '2 b']],
  ['empty lines', '\n\n', ['1 ', '2 ']],
  ['a carriage return is of the line', 'a\r\n', ['1 a\r']],
])('the lines of %s', (_, text, lines) => {
  expect(numbered(text).map((line) => `${line.mark} ${line.text}`)).toEqual(lines);
});

test('each line stands behind its number, an empty one too', () => {
  expect(gutterLines(numbered('#!/bin/bash\n\n  exec a\n'), 80)).toEqual([
    '     1 | #!/bin/bash',
    '     2 |',
    '     3 |   exec a',
  ]);
});

test('the gutter is as wide as its widest mark, and four at least', () => {
  expect(gutterLines([{ mark: '+12345', text: 'a' }], 80)).toEqual(['  +12345 | a']);
  expect(
    gutterLines(
      [
        { mark: '9', text: 'a' },
        { mark: '10000', text: 'b' },
      ],
      80,
    ),
  ).toEqual(['      9 | a', '  10000 | b']);
});

test('what is too long goes on below, and loses no space at a break', () => {
  expect(gutterLines([{ mark: '1', text: `${'x'.repeat(11)}  y` }], 21)).toEqual([
    `     1 | ${'x'.repeat(11)} `,
    '       :  y',
  ]);
  // However narrow, there is room for ten.
  expect(gutterLines([{ mark: '1', text: 'x'.repeat(11) }], 1)).toEqual([`     1 | ${'x'.repeat(10)}`, '       : x']);
});

test('what could steer is escaped', () => {
  expect(gutterLines([{ mark: '1', text: '\ta\u001b[2J\u202e\u00a0' }], 80)).toEqual([
    '     1 | \\ta\\x1b[2J\\u{202e}\\u{a0}',
  ]);
});

test('of very many rows the rest is left out, whether they are lines or one line', () => {
  const left = '  [... the rest is left out, --json has it ...]';
  const rows = (count: number): string[] => gutterLines(numbered('a\n'.repeat(count)), 80);
  expect(rows(MAX_ROWS)).toHaveLength(MAX_ROWS);
  expect(rows(MAX_ROWS).at(-1)).toBe(`  ${String(MAX_ROWS)} | a`);
  expect(rows(MAX_ROWS + 1)).toHaveLength(MAX_ROWS + 1);
  expect(rows(MAX_ROWS + 1).slice(-2)).toEqual([`  ${String(MAX_ROWS)} | a`, left]);
  const long = (count: number): string[] => gutterLines([{ mark: '1', text: 'x'.repeat(count) }], 19);
  expect(long(MAX_ROWS * 10)).toHaveLength(MAX_ROWS);
  expect(long(MAX_ROWS * 10 + 1)).toHaveLength(MAX_ROWS + 1);
  expect(long(MAX_ROWS * 30).at(-1)).toBe(left);
});

test('whatever the text, each row is indented, has its gutter and its width, and no character is lost', async () => {
  const text = fc.string({ unit: fc.constantFrom('a', ' ', '\n', '|', '\u4e2d', '\u{1f600}'), maxLength: 200 });
  await holds(
    fc.property(text, fc.integer({ min: 0, max: 60 }), (given, width) => {
      const rows = gutterLines(numbered(given), width);
      const columns = (row: string): number => [...row].reduce((sum, char) => sum + (char <= '~' ? 1 : 2), 0);
      for (const row of rows) {
        expect(row).toMatch(/^ {2}(?: *[0-9]+ \| ?| {5}: )/);
        expect(columns(row)).toBeLessThanOrEqual(Math.max(width, 19));
      }
      const back = rows.map((row) => (row[7] === '|' ? '\n' : '') + row.slice(9)).join('');
      expect(back).toBe(given === '' ? '' : `\n${given.replace(/\n$/, '')}`);
    }),
  );
});
