import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBase58, readNearKey } from '../../../src/audit/collect/base58.ts';
import { holds } from '../../support/property.ts';

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const encode = (bytes: Uint8Array): string => {
  let value = BigInt(`0x00${Buffer.from(bytes).toString('hex')}`);
  let text = '';
  for (; value > 0n; value /= 58n) text = ALPHABET[Number(value % 58n)] + text;
  const zeros = bytes.findIndex((byte) => byte !== 0);
  return '1'.repeat(zeros < 0 ? bytes.length : zeros) + text;
};

test.each([
  // draft-msporny-base58, test vectors
  ['2NEpo7TZRRrLZSi2U', 'Hello World!'],
  ['USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z', 'The quick brown fox jumps over the lazy dog.'],
])('%s is %j', (text, plain) => {
  expect(Buffer.from(decodeBase58(text, plain.length, 'x')).toString()).toBe(plain);
});

test('leading zero bytes are ones', () => {
  expect(Buffer.from(decodeBase58('11233QC4', 6, 'x')).toString('hex')).toBe('0000287fb4cd');
  expect(decodeBase58('111', 3, 'x')).toEqual(new Uint8Array(3));
  expect(decodeBase58('', 0, 'x')).toHaveLength(0);
});

test.each([
  ['2NEpo7TZRRrLZSi2U', 11, 'the key has 12 bytes, not 11'],
  ['2NEpo7TZRRrLZSi2U', 13, 'the key has 12 bytes, not 13'],
  ['111', 2, 'the key has 3 bytes, not 2'],
  ['0', 1, 'the key is not base58'],
  ['O', 1, 'the key is not base58'],
  ['I', 1, 'the key is not base58'],
  ['l', 1, 'the key is not base58'],
  ['2 ', 1, 'the key is not base58'],
  ['1'.repeat(65), 65, 'the key has more than 64 digits of base58'],
])('%s as %d bytes is refused', (text, length, message) => {
  expect(() => decodeBase58(text, length, 'the key')).toThrow(
    expect.objectContaining({ code: 'bad-answer', exitCode: 30, message }),
  );
});

test('64 digits are read', () => {
  expect(decodeBase58('1'.repeat(64), 64, 'x')).toHaveLength(64);
});

test('every key is read as it was written', () =>
  holds(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
      expect(readNearKey(`ed25519:${encode(bytes)}`, 'x')).toEqual(bytes);
    }),
  ));

test.each([
  'J992NeWhuaJXeUVJcDCVwfS5j1G26B5aJDUZ8iuBCYdc',
  'secp256k1:abc',
  'ed25519:',
  'xed25519:abc',
  'ED25519:abc',
  'ed25519:abc\n',
])('%s is no key of NEAR', (text) => {
  expect(() => readNearKey(text, 'the key')).toThrow(
    expect.objectContaining({ code: 'bad-answer', message: 'the key is not written ed25519:…' }),
  );
});
