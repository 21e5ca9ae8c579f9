import { expect, test } from 'vitest';
import {
  bitString,
  boolean,
  enumerated,
  explicit,
  integer,
  octetString,
  oid,
  printableString,
  sequence,
  set,
  time,
  utf8String,
} from '../mocks/der.ts';
import { pem, pemChain } from '../mocks/pem.ts';

test.each([
  ['zero', integer(0), '020100'],
  ['127', integer(127), '02017f'],
  ['128 needs a zero in front', integer(128), '02020080'],
  ['255', integer(255), '020200ff'],
  ['256', integer(256), '02020100'],
  ['bytes lose their zeros in front', integer(Buffer.from('000001', 'hex')), '020101'],
  ['bytes with the top bit', integer(Buffer.from('ff01', 'hex')), '020300ff01'],
  ['bytes of zero', integer(Buffer.alloc(2)), '020100'],
  ['enumerated', enumerated(1), '0a0101'],
  ['true', boolean(true), '0101ff'],
  ['false', boolean(false), '010100'],
  ['bits', bitString(Buffer.from([0xc0]), 6), '030206c0'],
  ['bytes', octetString(Buffer.from([1, 2])), '04020102'],
  ['UTF-8', utf8String('é'), '0c02c3a9'],
  ['printable', printableString('US'), '13025553'],
  ['a sequence', sequence(integer(1), integer(2)), '3006020101020102'],
  ['a set', set(integer(1)), '3103020101'],
  ['explicit', explicit(3, integer(1)), 'a303020101'],
  ['an OID of short arcs', oid('2.5.29.15'), '0603551d0f'],
  ['an OID of long arcs', oid('1.2.840.113741.1.13.1'), '06092a864886f84d010d01'],
  ['an OID of dstack', oid('1.3.6.1.4.1.62397.1.8'), '060a2b0601040183e73d0108'],
])('DER of %s', (_, der, hex) => {
  expect(der.toString('hex')).toBe(hex);
});

test.each([
  [127, '7f'],
  [128, '8180'],
  [255, '81ff'],
  [256, '820100'],
  [65536, '83010000'],
])('a length of %i', (size, hex) => {
  const der = octetString(Buffer.alloc(size));
  expect(der.subarray(1, 1 + hex.length / 2).toString('hex')).toBe(hex);
  expect(der.length).toBe(1 + hex.length / 2 + size);
});

test.each([
  ['1949-12-31T23:59:59Z', 0x18, '19491231235959Z'],
  ['1950-01-01T00:00:00Z', 0x17, '500101000000Z'],
  ['1975-01-01T00:00:00Z', 0x17, '750101000000Z'],
  ['2049-12-31T23:59:59Z', 0x17, '491231235959Z'],
  ['2050-01-01T00:00:00Z', 0x18, '20500101000000Z'],
])('time %s', (iso, tag, text) => {
  const der = time(Date.parse(iso) / 1000);
  expect([der[0], der.subarray(2).toString('latin1')]).toEqual([tag, text]);
});

test('PEM has 64 characters a line, and a chain is its blocks', () => {
  const lines = pem(Buffer.alloc(60)).split('\n');
  expect(lines).toEqual([
    '-----BEGIN CERTIFICATE-----',
    'A'.repeat(64),
    'A'.repeat(16),
    '-----END CERTIFICATE-----',
    '',
  ]);
  expect(pemChain([Buffer.from([1]), Buffer.from([2])])).toBe(pem(Buffer.from([1])) + pem(Buffer.from([2])));
});
