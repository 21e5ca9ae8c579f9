import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_ERRORS } from '../../src/pin/limits.ts';
import { readConfig } from '../../src/pin/reader.ts';
import { holds } from '../support/property.ts';
import { bytesOf } from './support.ts';

const MAX = 64 * 1024;
const read = (given: string | Uint8Array) =>
  readConfig(typeof given === 'string' ? bytesOf(given) : given, {
    source: 'x.conf',
    keyPattern: /^[A-Z][A-Z0-9_]*$/,
    keyRule: 'upper-case letters, digits and _',
    maxBytes: MAX,
    mask: (line) => line,
  });
const faults = (given: string | Uint8Array): string[] =>
  read(given).errors.map(({ code, line, column }) => `${code} ${line}:${column}`);
const values = (text: string): Record<string, string> => {
  const { lines, errors } = read(text);
  expect(errors).toEqual([]);
  return Object.fromEntries(lines.map(({ key, value }) => [key, value]));
};

describe('what is read', () => {
  test.each<[string, string, Record<string, string>]>([
    ['nothing', '', {}],
    ['one line', 'A=b\n', { A: 'b' }],
    ['no final line feed', 'A=b\nC=d', { A: 'b', C: 'd' }],
    ['blank lines', '\n \n\t\nA=b\n\n', { A: 'b' }],
    ['comments', '# a=b\n  # c\n\t#\nA=b\n', { A: 'b' }],
    ['white space before a key', ' \t A=b\n', { A: 'b' }],
    ['an empty value', 'A=\n', { A: '' }],
    ['an empty quoted value', 'A=""\nB=\'\'\n', { A: '', B: '' }],
    ['double quotes', 'A="b c"\n', { A: 'b c' }],
    ['single quotes', "A='b c'\n", { A: 'b c' }],
    ['one layer only', `A="'b'"\n`, { A: "'b'" }],
    ['white space inside quotes', 'A=" b "\n', { A: ' b ' }],
    ['quotes inside', `A=b "c" 'd'\n`, { A: `b "c" 'd'` }],
    ['a quote at the end', 'A=b"\n', { A: 'b"' }],
    ['an equals sign in the value', 'A=b=c==\n', { A: 'b=c==' }],
    ['a # in the value', 'A=b#c # d\n', { A: 'b#c # d' }],
    ['what a shell would expand', 'A=$B `c` $(d) \\e ~\n', { A: '$B `c` $(d) \\e ~' }],
    ['a TAB in the value and in a comment', '#\tx\nA=b\tc\n', { A: 'b\tc' }],
    ['letters of any script', 'A=ÄÖ 漢字 🚀\n', { A: 'ÄÖ 漢字 🚀' }],
    ['a zero-width joiner, which emoji need', '# 👩\u200d💻\nA=b\n', { A: 'b' }],
    ['a key of one letter, digits and _', 'A=1\nA_1=2\n', { A: '1', A_1: '2' }],
    ['a key called as an object is made', 'CONSTRUCTOR=1\n', { CONSTRUCTOR: '1' }],
    ['a line as long as the file may be', `A=${'x'.repeat(MAX - 3)}\n`, { A: 'x'.repeat(MAX - 3) }],
  ])('%s', (_, text, expected) => expect(values(text)).toEqual(expected));

  test('keeps where everything was', () => {
    expect(read('\n A=" b"\n').lines).toEqual([
      { key: 'A', value: ' b', quoted: true, line: 2, column: 2, valueColumn: 5, text: ' A=" b"' },
    ]);
  });
});

describe('what is refused', () => {
  test.each<[string, string | Uint8Array, string[]]>([
    ['a byte order mark at the start', '\ufeffA=b\n', ['byte-order-mark 1:1']],
    ['a byte order mark further on', 'A=b\n# \ufeff\n', ['byte-order-mark 2:3']],
    ['CRLF line ends', 'A=b\r\nC=d\r\n', ['carriage-return 1:4', 'carriage-return 2:4']],
    ['CR line ends', 'A=b\rC=d', ['carriage-return 1:4']],
    ['a CR in a comment', '# x\r\n', ['carriage-return 1:4']],
    ['NUL in a value', 'A=b\0c\n', ['nul 1:4']],
    ['NUL in a comment', '#\0\n', ['nul 1:2']],
    ['NUL alone', '\0', ['nul 1:1']],
    ['a form feed on a line of its own', 'A=b\n\f\n', ['control-character 2:1']],
    ['a vertical tab before a key', '\vA=b\n', ['control-character 1:1']],
    ['an escape in a comment', '# \x1b[2J\n', ['control-character 1:3']],
    ['DEL', 'A=\x7f\n', ['control-character 1:3']],
    ['NEL, a C1 control', 'A=b\u0085\n', ['control-character 1:4']],
    ['a line separator', 'A=b\u2028C=d\n', ['line-separator 1:4']],
    ['a paragraph separator', '#\u2029\n', ['line-separator 1:2']],
    ['a right-to-left override in a comment', '# \u202e\n', ['bidirectional-control 1:3']],
    ['an isolate in a value', 'A=x\u2066y\n', ['bidirectional-control 1:4']],
    ['a left-to-right mark in a key', 'A\u200e=x\n', ['bidirectional-control 1:2']],
    ['an Arabic letter mark', 'A=\u061c\n', ['bidirectional-control 1:3']],
    ['a column after an astral character', 'A=🚀\0\n', ['nul 1:4']],
    ['a byte that is not UTF-8', Uint8Array.of(0x41, 0x3d, 0xff, 0x0a), ['not-utf8 1:3']],
    ['Latin-1', Uint8Array.of(0x23, 0x0a, 0x41, 0x3d, 0xc3, 0xa4, 0xe4, 0x0a), ['not-utf8 2:4']],
    ['an overlong slash', Uint8Array.of(0x41, 0x3d, 0xc0, 0xaf), ['not-utf8 1:3']],
    ['an overlong NUL', Uint8Array.of(0x41, 0x3d, 0xc0, 0x80), ['not-utf8 1:3']],
    ['a surrogate in UTF-8', Uint8Array.of(0x41, 0x3d, 0xed, 0xa0, 0x80), ['not-utf8 1:3']],
    ['past the last code point', Uint8Array.of(0x41, 0x3d, 0xf4, 0x90, 0x80, 0x80), ['not-utf8 1:3']],
    [
      'a sequence cut off by the line',
      Uint8Array.of(0x41, 0x3d, 0xe2, 0x82, 0x0a, 0x43),
      ['not-utf8 1:3', 'no-assignment 2:1'],
    ],
    ['a sequence cut off by the end', Uint8Array.of(0x41, 0x3d, 0x62, 0xf0, 0x9f), ['not-utf8 1:4']],
    ['UTF-16', Uint8Array.of(0xff, 0xfe, 0x41, 0x00), ['not-utf8 1:1']],
    ['no =', 'A=b\n  FOO BAR\n', ['no-assignment 2:3']],
    ['no key', '=b\n', ['bad-key 1:1']],
    ['a lower-case key', 'a=b\n', ['bad-key 1:1']],
    ['a key that starts with a digit', '1A=b\n', ['bad-key 1:1']],
    ['export', 'export A=b\n', ['bad-key 1:1']],
    ['a full-width key', 'Ａ=b\n', ['bad-key 1:1']],
    ['a no-break space before a key', '\u00a0A=b\n', ['bad-key 1:1']],
    ['a line of a no-break space', '\u00a0\n', ['no-assignment 1:1']],
    ['a space before =', 'A =b\n', ['white-space 1:2']],
    ['a no-break space before =', 'A\u00a0=b\n', ['white-space 1:2']],
    ['a space after =', 'A= b\n', ['white-space 1:3']],
    ['a TAB after =', 'A=\tb\n', ['white-space 1:3']],
    ['a no-break space after =', 'A=\u00a0b\n', ['white-space 1:3']],
    ['an ideographic space after =', 'A=\u3000b\n', ['white-space 1:3']],
    ['white space for a value', 'A=  \n', ['white-space 1:3']],
    ['a space at the end', 'A=b  \n', ['white-space 1:4']],
    ['a no-break space at the end', 'A=b\u00a0\n', ['white-space 1:4']],
    ['a space after the closing quote', 'A="b" \n', ['white-space 1:6']],
    ['a quote that is not closed', 'A="b\n', ['bad-quotes 1:3']],
    ['a quote alone', "A='\n", ['bad-quotes 1:3']],
    ['a quote closed with the other', 'A="b\'\n', ['bad-quotes 1:3']],
    ['the same quote inside', 'A="b"c"\n', ['bad-quotes 1:5']],
    ['two quoted words', 'A="b" "c"\n', ['bad-quotes 1:5']],
    ['a comment after a quoted value', 'A="b" # c\n', ['bad-quotes 1:5']],
    ['a value quoted twice', 'A=""b""\n', ['bad-quotes 1:4']],
    ['a key given twice', 'A=b\n\n  A=b\n', ['duplicate-key 3:3']],
    ['a key given three times', 'A=1\nA=2\nA=3\n', ['duplicate-key 2:1', 'duplicate-key 3:1']],
    ['one byte too many', `A=${'x'.repeat(MAX - 2)}\n`, ['too-large 1:65537']],
    [
      'one byte too many, and the last line not UTF-8',
      Uint8Array.of(0x41, 0x0a, 0xff, ...new Uint8Array(MAX).fill(0x78)),
      ['too-large 2:65535'],
    ],
    ['a comment of 10 MB', `#${'x'.repeat(10_000_000)}`, ['too-large 1:65537']],
    ['10 MB of lines', '#x\n'.repeat(3_400_000), ['too-large 21846:2']],
  ])('%s', (_, text, expected) => expect(faults(text)).toEqual(expected));

  test('everything at once', () => {
    expect(faults('A\nB=1\nB=2\n\0\nC= 1\n')).toEqual([
      'no-assignment 1:1',
      'duplicate-key 3:1',
      'nul 4:1',
      'white-space 5:3',
    ]);
  });

  test('no more errors than anybody reads', () => {
    expect(read('A\n'.repeat(30_000)).errors).toHaveLength(MAX_ERRORS);
  });

  // On a busy machine a clock finds out any mutant: a mutation run does without this.
  test.skipIf(process.env.MUTATE_ROOM !== undefined).each([
    ['white space', `A=${' '.repeat(60_000)}x`],
    ['quotes', `A=${`"'`.repeat(30_000)}`],
    ['schemes', `A=${'://'.repeat(20_000)}@ `],
    ['lines that are not UTF-8', Uint8Array.from({ length: MAX }, (_, index) => (index % 2 === 0 ? 0xff : 0x0a))],
  ])('without losing time over %s', (_, text) => {
    const start = performance.now();
    read(text);
    expect(performance.now() - start).toBeLessThan(1500);
  });
});

const FORBIDDEN = fc.oneof(
  fc.integer({ min: 0, max: 0x1f }).filter((point) => point !== 0x09 && point !== 0x0a),
  fc.integer({ min: 0x7f, max: 0x9f }),
  fc.constantFrom(0x061c, 0x200e, 0x200f, 0x2028, 0x2029, 0xfeff),
  fc.integer({ min: 0x202a, max: 0x202e }),
  fc.integer({ min: 0x2066, max: 0x2069 }),
);

describe('properties', () => {
  test('never throws, and says where, on any bytes', () => {
    holds(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const { lines, errors } = read(bytes);
        for (const place of [...lines, ...errors]) {
          expect(place.line).toBeGreaterThan(0);
          expect(place.column).toBeGreaterThan(0);
        }
      }),
      2000,
    );
  });

  test('never throws on any text of the grammar, and what it gives holds no control character', () => {
    const text = fc.string({ unit: fc.constantFrom(...'AB="\'# \t\n\r\0\u00a0\u202eé🚀'), maxLength: 60 });
    holds(
      fc.property(text, (given) => {
        for (const { key, value } of read(given).lines)
          expect(key + value).not.toMatch(/[^\P{Cc}\t]|\p{Bidi_Control}|\ufeff/u);
      }),
      2000,
    );
  });

  test('one forbidden character anywhere is an error at that place', () => {
    const text = Array.from('# a comment\nA=b\n  B="c d"\n\n# 🚀\nC=e=f');
    holds(
      fc.property(FORBIDDEN, fc.nat({ max: text.length }), (point, at) => {
        const before = text.slice(0, at).join('');
        const { errors } = read(before + String.fromCodePoint(point) + text.slice(at).join(''));
        const line = before.split('\n').length;
        const column = Array.from(before.slice(before.lastIndexOf('\n') + 1)).length + 1;
        expect(errors.map((error) => [error.line, error.column])).toEqual([[line, column]]);
      }),
      1000,
    );
  });

  test('one byte that is not UTF-8 anywhere is an error', () => {
    const bytes = bytesOf('# a comment ä\nA=b\nB=🚀');
    holds(
      fc.property(fc.integer({ min: 0xf8, max: 0xff }), fc.nat({ max: bytes.length }), (byte, at) => {
        const spoilt = Uint8Array.of(...bytes.subarray(0, at), byte, ...bytes.subarray(at));
        expect(read(spoilt).errors.map((error) => error.code)).toContain('not-utf8');
      }),
    );
  });
});
