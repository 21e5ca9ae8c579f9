import { describe, expect, test } from 'vitest';
import { findForbidden } from '../../src/pin/characters.ts';
import { splitLines } from '../../src/pin/decode.ts';

describe('findForbidden', () => {
  test.each([
    ['ab\0', { code: 'nul', index: 2 }],
    ['\ud800', { code: 'not-utf8', name: 'a lone surrogate', index: 0 }],
    ['a\udfff', { code: 'not-utf8', name: 'a lone surrogate', index: 1 }],
    ['\u2069', { code: 'bidirectional-control', name: 'the bidirectional control U+2069', index: 0 }],
    ['🚀\x0b', { code: 'control-character', name: 'the control character U+000B', index: 2 }],
  ])('%j', (text, expected) => expect(findForbidden(text)).toMatchObject(expected));

  test('a lone surrogate says what to do', () => {
    expect(findForbidden('\udbff')?.hint).toBe('remove the character, or write the line again by hand');
  });

  // Each is the neighbour of a range.
  test.each(['', '\t', ' ~', '\u00a0', '\u061b\u061d', '\u200d\u2010', '\u2027\u202f', '\u2065\u206a', '\ufefe', '🚀'])(
    'nothing in %j',
    (text) => expect(findForbidden(text)).toBeUndefined(),
  );
});

describe('splitLines', () => {
  const odd = (line: number, column: number, text: string) => ({ line, column, text });
  test.each<[string, number[], unknown[]]>([
    ['nothing', [], ['']],
    ['an end of line', [0x0a], ['', '']],
    ['CR, which ends no line', [0x61, 0x0d, 0x62], ['a\rb']],
    ['a byte order mark, which stays', [0xef, 0xbb, 0xbf, 0x61], ['\ufeffa']],
    ['an odd byte, then an end of line', [0xff, 0x0a], [odd(1, 1, '\ufffd'), '']],
    ['an end of line, then an odd byte', [0x0a, 0xff], ['', odd(2, 1, '\ufffd')]],
    ['marks beside an odd byte', [0xef, 0xbb, 0xbf, 0x61, 0x0a, 0xff], ['\ufeffa', odd(2, 1, '\ufffd')]],
    ['a mark before an odd byte', [0xef, 0xbb, 0xbf, 0xff], [odd(1, 2, '\ufeff\ufffd')]],
    ['odd bytes on two lines', [0x61, 0xff, 0x0a, 0x62, 0x63, 0xff], [odd(1, 2, 'a\ufffd'), odd(2, 3, 'bc\ufffd')]],
    ['a cut sequence after an astral character', [0xf0, 0x9f, 0x9a, 0x80, 0xc3], [odd(1, 2, '🚀\ufffd')]],
    ['what follows the odd byte', [0xff, 0x61, 0x62], [odd(1, 1, '\ufffdab')]],
  ])('%s', (_, bytes, expected) => expect(splitLines(Uint8Array.from(bytes))).toEqual(expected));
});
