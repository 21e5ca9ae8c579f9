import { describe, expect, test } from 'vitest';
import { escapeBytes, escapeLines, escapeText } from '../../src/base/escape.ts';

/** Every code point that is a character of its own, or half of one. */
const everyOne = function* (): Generator<string> {
  for (let code = 0; code <= 0x10ffff; code++) yield String.fromCodePoint(code);
};

const hexOf = (text: string): string => (text.codePointAt(0) ?? 0).toString(16);

const INVISIBLE =
  /\p{Cc}|\p{Cf}|\p{Cs}|\p{Zl}|\p{Zp}|\p{Default_Ignorable_Code_Point}|\p{Noncharacter_Code_Point}|\p{Bidi_Control}|\p{Variation_Selector}/u;

test('nothing that is invisible or steers comes through', () => {
  const through = [...everyOne()].filter((one) => INVISIBLE.test(one) && escapeText(one) === one).map(hexOf);
  expect(through).toEqual([]);
});

test('no blank comes through but the space', () => {
  const through = [...everyOne()].filter((one) => /\p{Zs}/u.test(one) && escapeText(one) === one).map(hexOf);
  expect(through).toEqual(['20']);
});

test('letters, marks, digits, signs and symbols of every script stay, but for those that look like nothing', () => {
  const READABLE = /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u;
  const escaped = [...everyOne()].filter((one) => READABLE.test(one) && escapeText(one) !== one);
  const blank = escaped.filter((one) => !/\p{Default_Ignorable_Code_Point}/u.test(one)).map(hexOf);
  expect(blank).toEqual([
    '2800',
    'fffc',
    'fffd',
    '13441',
    '13442',
    '13443',
    '13444',
    '13445',
    '13446',
    '16fe4',
    '1d159',
  ]);
});

describe('what is written', () => {
  test.each([
    ['', ''],
    [' !~', ' !~'],
    ['plain text, 100 % of it', 'plain text, 100 % of it'],
    ['a\nb\rc\td', 'a\\nb\\rc\\td'],
    ['\u0000\u001b[31m\u007f', '\\x00\\x1b[31m\\x7f'],
    ['\u0080\u009f\u00a0\u00ad', '\\x80\\x9f\\u{a0}\\u{ad}'],
    ['\u00a1\u00ac\u00ae\u00ff', '\u00a1\u00ac\u00ae\u00ff'],
    ['a\u034fb', 'a\\u{34f}b'],
    ['a\u2800b', 'a\\u{2800}b'],
    ['a\u3000b', 'a\\u{3000}b'],
    ['\u1680\u2000\u200a\u202f\u205f', '\\u{1680}\\u{2000}\\u{200a}\\u{202f}\\u{205f}'],
    ['\u200b\u200d\u202e\u2066', '\\u{200b}\\u{200d}\\u{202e}\\u{2066}'],
    ['\ufeff\ufffe\uffff', '\\u{feff}\\u{fffe}\\u{ffff}'],
    ['\u{e0041}\u{e0100}\u{1fffe}', '\\u{e0041}\\u{e0100}\\u{1fffe}'],
    ['\ud800x\udc00', '\\u{d800}x\\u{dc00}'],
    ['Zoë, Ελένη, Анна, 名前, שם, اسم, नाम', 'Zoë, Ελένη, Анна, 名前, שם, اسم, नाम'],
    ['\u{1f680} \u{1f469}\u200d\u{1f4bb}', '\u{1f680} \u{1f469}\\u{200d}\u{1f4bb}'],
    ['a\u0301', 'a\u0301'],
  ])('%j', (text, shown) => {
    expect(escapeText(text)).toBe(shown);
  });
});

test('line feeds of a whole message stay', () => {
  expect(escapeLines('a\tb\nc\rd\n')).toBe('a\\tb\nc\\rd\n');
});

test('bytes are shown as UTF-8 where they are that, and else one by one', () => {
  expect(escapeBytes(Buffer.from('é\u2800'))).toBe('é\\u{2800}');
  expect(escapeBytes(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe('\\u{feff}a');
  expect(escapeBytes(Uint8Array.of(0x1f, 0x20, 0x7e, 0x7f, 0xff))).toBe('\\x1f ~\\x7f\\xff');
});
