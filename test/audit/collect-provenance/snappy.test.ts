import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unpackBlob } from '../../../src/audit/collect/provenance/blob.ts';
import { decodeSnappy } from '../../../src/audit/collect/provenance/snappy.ts';
import { holds } from '../../support/property.ts';
import { failure } from './failure.ts';
import { blockOf, literal, pack } from './snappy-writer.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const decode = (block: Uint8Array, max = 1000): string => text(decodeSnappy(block, max));
const abc = literal(Buffer.from('abc'));
/** Copies of 1, 2 and 4 bytes of offset (format_description.txt, 2.2). */
const copy1 = (offset: number, length: number): Buffer =>
  Buffer.of(((offset >> 8) << 5) | ((length - 4) << 2) | 1, offset & 0xff);
const copy2 = (offset: number, length: number): Buffer =>
  Buffer.of(((length - 1) << 2) | 2, offset & 0xff, offset >> 8);
const copy4 = (offset: number, length: number): Buffer => {
  const element = Buffer.alloc(5);
  element[0] = ((length - 1) << 2) | 3;
  element.writeUInt32LE(offset, 1);
  return element;
};

test.each<[string, Uint8Array, string]>([
  ['nothing', Buffer.of(0), ''],
  ['a literal', blockOf(3, abc), 'abc'],
  ['two', blockOf(6, abc, abc), 'abcabc'],
  ['a short copy that repeats', blockOf(10, abc, copy1(3, 7)), 'abcabcabca'],
  ['the longest short copy', blockOf(14, abc, copy1(1, 11)), `abc${'c'.repeat(11)}`],
  ['a copy of two bytes', blockOf(67, abc, copy2(2, 64)), `abc${'bc'.repeat(32)}`],
  ['a copy of one', blockOf(4, abc, copy2(3, 1)), 'abca'],
  ['a copy of four bytes', blockOf(5, abc, copy4(3, 2)), 'abcab'],
])('a block of %s', (_, block, result) => {
  expect(decode(block)).toBe(result);
});

test('offsets beyond one and two bytes reach back', () => {
  const front = Buffer.alloc(0x20000);
  front.write('here');
  const long = literal(front);
  expect(text(decodeSnappy(blockOf(0x20004, long, copy4(0x20000, 4)), 0x20004)).slice(-4)).toBe('here');
  const middle = literal(front.subarray(0, 0x0300));
  expect(decode(blockOf(0x0304, middle, copy2(0x0300, 4))).slice(-4)).toBe('here');
  expect(decode(blockOf(0x0304, middle, copy1(0x0300, 4))).slice(-4)).toBe('here');
});

test('literals of every width of length', () => {
  for (const length of [1, 59, 60, 61, 256, 257, 65536, 65537]) {
    const bytes = Buffer.alloc(length, 'abcdefg');
    expect(Buffer.compare(decodeSnappy(pack(bytes), length), bytes)).toBe(0);
  }
});

test.each<[string, Uint8Array, string]>([
  ['nothing at all', Buffer.of(), 'ends in the middle'],
  ['half a length', Buffer.of(0x80), 'ends in the middle'],
  ['a length of six bytes', Buffer.of(0x80, 0x80, 0x80, 0x80, 0x80, 0), 'has no valid length'],
  ['half a literal', blockOf(3, abc.subarray(0, 3)), 'ends in the middle'],
  ['half the length of a literal', blockOf(100, Buffer.of(60 << 2)), 'ends in the middle'],
  ['half a copy', blockOf(8, abc, Buffer.of(2, 1)), 'ends in the middle'],
  ['a short copy without its offset', blockOf(8, abc, Buffer.of(1)), 'ends in the middle'],
  ['too long a literal', blockOf(2, abc), 'is longer than it says'],
  ['too long a copy', blockOf(6, abc, copy1(3, 4)), 'is longer than it says'],
  ['too little', blockOf(4, abc), 'holds 3 bytes and says 4'],
  ['an offset of 0', blockOf(7, abc, copy1(0, 4)), 'refers to what is in front of it'],
  ['an offset in front', blockOf(7, abc, copy1(4, 4)), 'refers to what is in front of it'],
  ['a far offset', blockOf(7, abc, copy4(0xffffffff, 4)), 'refers to what is in front of it'],
])('a block with %s is refused', async (_, block, why) => {
  expect(await failure(() => decode(block))).toMatchObject({
    code: 'bad-answer',
    exitCode: 30,
    message: `the snappy block ${why}`,
  });
});

test('what a block says that it holds is bounded before anything is allocated', async () => {
  expect(decode(blockOf(3, abc), 3)).toBe('abc');
  expect(await failure(() => decode(blockOf(3, abc), 2))).toMatchObject({
    code: 'too-large',
    exitCode: 30,
    message: 'the snappy block inflates to 3 bytes, more than 2',
  });
  expect((await failure(() => decode(Buffer.of(0xff, 0xff, 0xff, 0xff, 0x7f)))).message).toContain(
    'inflates to 34359738367 bytes',
  );
});

test('what is packed comes back', () =>
  holds(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (bytes) => {
      expect(Buffer.compare(decodeSnappy(pack(bytes), 300), bytes)).toBe(0);
    }),
  ));

test('whatever a block is, the answer is bytes of the length it says, or an error of ours', () =>
  holds(
    fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (block) => {
      try {
        expect(decodeSnappy(block, 500).length).toBeLessThanOrEqual(500);
      } catch {
        expect((await failure(() => decodeSnappy(block, 500))).exitCode).toBe(30);
      }
    }),
  ));

test('a blob is plain JSON, a raw block, or framed, which is refused', async () => {
  const json = Buffer.from('{"a":1}');
  expect(unpackBlob(json)).toBe(json);
  expect(text(unpackBlob(pack(json)))).toBe('{"a":1}');
  const framed = Buffer.concat([Buffer.from('ff060000734e61507059', 'hex'), Buffer.alloc(20)]);
  expect(await failure(() => unpackBlob(framed))).toMatchObject({
    code: 'bad-answer',
    message: 'the bundle is packed as framed snappy, which is not read',
    hint: expect.stringContaining('gh attestation download'),
  });
  expect(await failure(() => unpackBlob(Buffer.of(0xff, 0x06)))).toMatchObject({ code: 'bad-answer' });
  expect(await failure(() => unpackBlob(blockOf(16 * 1024 * 1024 + 1)))).toMatchObject({ code: 'too-large' });
  expect(await failure(() => unpackBlob(blockOf(16 * 1024 * 1024)))).toMatchObject({ code: 'bad-answer' });
});
