import { expect, test } from 'vitest';
import { nearestOf } from '../../src/pin/suggest.ts';

const LONG = 'ABCDEFGHIJKL';
const FORTY = 'A'.repeat(40);

test.each<[string, string, string[], string | undefined]>([
  ['the word itself', 'ABCDE', ['ABCDE'], 'ABCDE'],
  ['in another case', 'aBcDe', ['ABCDE'], 'ABCDE'],
  ['two letters changed', 'XYCDE', ['ABCDE'], 'ABCDE'],
  ['three letters changed', 'XYZDE', ['ABCDE'], undefined],
  ['two letters too many', 'ABCDEXY', ['ABCDE'], 'ABCDE'],
  ['three letters too many', 'ABCDEXYZ', ['ABCDE'], undefined],
  ['three letters too many at the start', 'XYZABCDE', ['ABCDE'], undefined],
  ['two letters missing', 'CDE', ['ABCDE'], 'ABCDE'],
  ['three letters missing', 'AB', ['ABCDE'], undefined],
  ['a quarter of a long word', 'XYZDEFGHIJKL', [LONG], LONG],
  ['more than a quarter', 'XYZWEFGHIJKL', [LONG], undefined],
  ['three letters of eleven', 'XYZDEFGHIJK', [LONG.slice(0, 11)], undefined],
  ['dashes for underscores', 'A-B-C-D', ['A_B_C_D'], 'A_B_C_D'],
  ['the nearest of several', 'ABCDE', ['XYCDE', 'ABCDE', 'ABCDX'], 'ABCDE'],
  ['the first of equals', 'ABCDE', ['ABCDX', 'ABCDY'], 'ABCDX'],
  ['nothing for two letters', '', ['AB'], 'AB'],
  ['nothing for three', '', ['ABC'], undefined],
  ['among none', 'ABC', [], undefined],
  ['as long as is compared', FORTY, [FORTY], FORTY],
  ['longer than is compared', `${FORTY}A`, [FORTY], undefined],
])('%s', (_, word, known, expected) => expect(nearestOf(word, known)).toBe(expected));
