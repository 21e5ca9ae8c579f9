import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { type DerNode, DerReader } from '../../src/asn1/der.ts';
import {
  algorithmOf,
  booleanOf,
  namedBits,
  oidOf,
  smallInteger,
  unsignedHex,
  wholeBytes,
} from '../../src/asn1/values.ts';
import { integer, oid } from '../mocks/der.ts';
import { holds } from '../support/property.ts';
import { hex, thrownBy } from './support.ts';

const node = (bytes: Uint8Array): DerNode => new DerReader(bytes, 'x').any('x');
const content = (text: string): DerNode => ({ tag: 0, bytes: hex(''), content: hex(text), depth: 0 });
const refused = (run: () => unknown, message: string): void =>
  expect(thrownBy(run)).toMatchObject({ code: 'bad-der', message });

describe('integers', () => {
  test.each([
    ['00', '00'],
    ['01', '01'],
    ['7f', '7f'],
    ['0080', '80'],
    ['00ff01', 'ff01'],
    ['0100', '0100'],
  ])('%s', (text, value) => expect(unsignedHex(content(text), 'n')).toBe(value));

  test.each([
    ['', 'n is an integer without a byte'],
    ['0000', 'n is an integer not written as short as can be'],
    ['007f', 'n is an integer not written as short as can be'],
    ['ff80', 'n is an integer not written as short as can be'],
    ['ffff', 'n is an integer not written as short as can be'],
    ['80', 'n is negative'],
    ['ff', 'n is negative'],
    ['ff7f', 'n is negative'],
  ])('refuses %s', (text, message) => refused(() => unsignedHex(content(text), 'n'), message));

  test('small ones have a limit', () => {
    expect(smallInteger(content('00ff'), 255, 'n')).toBe(255);
    expect(smallInteger(content('00ffffffff'), 0xffffffff, 'n')).toBe(0xffffffff);
    refused(() => smallInteger(content('0100'), 255, 'n'), 'n is more than 255');
    refused(
      () => smallInteger(content('0100000000'), Number.MAX_SAFE_INTEGER, 'n'),
      `n is more than ${Number.MAX_SAFE_INTEGER}`,
    );
  });

  test('any is read as it was written', () => {
    holds(fc.property(fc.nat(), (value) => smallInteger(node(integer(value)), 2 ** 31, 'n') === value));
  });
});

describe('booleans', () => {
  test('are 00 and ff', () => {
    expect([booleanOf(content('00'), 'b'), booleanOf(content('ff'), 'b')]).toEqual([false, true]);
  });
  test.each(['', '01', 'fe', '0000', 'ffff'])('refuses %s', (text) =>
    refused(() => booleanOf(content(text), 'b'), 'b is not a boolean of DER'),
  );
});

describe('object identifiers', () => {
  test.each([
    ['00', '0.0'],
    ['27', '0.39'],
    ['28', '1.0'],
    ['4f', '1.39'],
    ['50', '2.0'],
    ['8837', '2.999'],
    ['2a864886f84d010d01', '1.2.840.113741.1.13.1'],
    ['550413', '2.5.4.19'],
    ['2a87ffffff7f', '1.2.2147483647'],
  ])('%s is %s', (text, dotted) => expect(oidOf(content(text), 'o')).toBe(dotted));

  test.each([
    ['', 'o is an object identifier that is cut off'],
    ['2a86', 'o is an object identifier that is cut off'],
    ['86', 'o is an object identifier that is cut off'],
    ['2a8001', 'o is an object identifier not written as short as can be'],
    ['8001', 'o is an object identifier not written as short as can be'],
    ['2a8880808000', 'o is an object identifier with an arc that is too large'],
    ['2affffffffffffffff7f', 'o is an object identifier with an arc that is too large'],
  ])('refuses %s', (text, message) => refused(() => oidOf(content(text), 'o'), message));

  test('any is read as it was written', () => {
    const arcs = fc.tuple(fc.nat(2), fc.nat(39), fc.array(fc.nat(), { maxLength: 10 }));
    holds(
      fc.property(arcs, ([a, b, rest]) => {
        const dotted = [a, b, ...rest].join('.');
        return oidOf(node(oid(dotted)), 'o') === dotted;
      }),
    );
  });
});

describe('bit strings', () => {
  test('of whole bytes', () => {
    expect(wholeBytes(content('00 0102'), 's')).toEqual(hex('0102'));
    expect(wholeBytes(content('00'), 's')).toEqual(hex(''));
  });
  test.each(['', '01 02', '07 80'])('refuses %s', (text) =>
    refused(() => wholeBytes(content(text), 's'), 's is not a bit string of whole bytes'),
  );

  test.each<[string, number[]]>([
    ['00', []],
    ['07 80', [0]],
    ['06 c0', [0, 1]],
    ['01 06', [5, 6]],
    ['00 01', [7]],
    ['07 0080', [8]],
    ['00 80', [0]],
    ['06 80', [0]],
    ['00 8000', [0]],
    ['07 00', []],
    ['07 ff80', [0, 1, 2, 3, 4, 5, 6, 7, 8]],
  ])('named bits of %s', (text, bits) => expect([...namedBits(content(text), 's')]).toEqual(bits));
  test.each(['', '01', '08', '08 00', '08 80', '07 c0', '07 01', '04 08', '01 ff01', 'ff 80'])(
    'refuses named bits %s',
    (text) => refused(() => namedBits(content(text), 's'), 's is not a bit string of named bits'),
  );
});

describe('algorithm identifiers', () => {
  test('with and without parameters', () => {
    expect(algorithmOf(node(hex('30 04 0602 2a03')), 'a')).toEqual({ oid: '1.2.3', parameters: undefined });
    expect(algorithmOf(node(hex('30 06 0602 2a03 0500')), 'a')).toMatchObject({ oid: '1.2.3', parameters: { tag: 5 } });
  });
  test('nothing may follow', () =>
    refused(() => algorithmOf(node(hex('30 08 0602 2a03 0500 0500')), 'a'), 'a: 2 bytes follow where nothing may'));
  test('the identifier comes first', () =>
    refused(() => algorithmOf(node(hex('30 02 0500')), 'a'), 'a: the algorithm has tag 0x05, not 0x06'));
});
