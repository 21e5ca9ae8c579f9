import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { DerReader, MAX_DER_BYTES, MAX_DER_DEPTH, TAG, contextTag, readDer } from '../../src/asn1/der.ts';
import { Asn1Error } from '../../src/asn1/errors.ts';
import { octetString, tlv } from '../mocks/der.ts';
import { holds } from '../support/property.ts';
import { hex, thrownBy } from './support.ts';

const read = (bytes: Uint8Array): Uint8Array => readDer(bytes, TAG.octetString, 'x').content;

describe('one element', () => {
  test.each([
    ['04 00', 0],
    ['04 01 ff', 1],
    [`04 7f ${'00'.repeat(127)}`, 127],
    [`04 81 80 ${'00'.repeat(128)}`, 128],
    [`04 81 ff ${'00'.repeat(255)}`, 255],
    [`04 82 0100 ${'00'.repeat(256)}`, 256],
    [`04 83 010000 ${'00'.repeat(65536)}`, 65536],
  ])('%.12s has its length', (text, length) => expect(read(hex(text)).length).toBe(length));

  test.each([
    ['', 'x: the outermost element is cut off'],
    ['04', 'x: the outermost element is cut off'],
    ['04 01', 'x: the outermost element is cut off'],
    ['04 02 00', 'x: the outermost element is cut off'],
    ['04 82 01', 'x: the outermost element is cut off'],
    ['04 80 0000', 'x: the outermost element has a length of a form that DER does not have or that is too long'],
    [
      '04 85 0000000001 00',
      'x: the outermost element has a length of a form that DER does not have or that is too long',
    ],
    ['04 ff 00', 'x: the outermost element has a length of a form that DER does not have or that is too long'],
    ['04 84 ffffffff 00', 'x: the outermost element is cut off'],
    ['04 81 01 00', 'x: the outermost element has a length that is not written as short as can be'],
    [`04 81 7f ${'00'.repeat(127)}`, 'x: the outermost element has a length that is not written as short as can be'],
    [`04 82 00ff ${'00'.repeat(255)}`, 'x: the outermost element has a length that is not written as short as can be'],
    ['04 00 00', 'x: 1 bytes follow where nothing may'],
    ['04 00 04 00', 'x: 2 bytes follow where nothing may'],
    ['30 00', 'x: the outermost element has tag 0x30, not 0x04'],
    ['02 01 00', 'x: the outermost element has tag 0x02, not 0x04'],
    ['1f 01 00', 'x: the outermost element has a tag of more than one byte'],
    ['bf 81 01 00', 'x: the outermost element has a tag of more than one byte'],
  ])('refuses %s', (text, message) => {
    const error = thrownBy(() => read(hex(text)));
    expect(error).toBeInstanceOf(Asn1Error);
    expect(error).toMatchObject({ code: 'bad-der', message, exitCode: 30 });
  });

  test('the size is capped before anything is read', () => {
    expect(() => new DerReader(new Uint8Array(MAX_DER_BYTES), 'x')).not.toThrow();
    expect(thrownBy(() => new DerReader(new Uint8Array(MAX_DER_BYTES + 1), 'x'))).toMatchObject({
      code: 'too-large',
      message: `x has ${MAX_DER_BYTES + 1} bytes, more than ${MAX_DER_BYTES}`,
    });
  });

  test('so is the depth', () => {
    let nested: Uint8Array = tlv(0x30);
    for (let i = 0; i < 40; i++) nested = tlv(0x30, nested);
    let node = readDer(nested, TAG.sequence, 'x');
    for (let depth = 1; depth <= MAX_DER_DEPTH; depth++) {
      node = DerReader.inside(node, 'x').next(TAG.sequence, 'a part');
      expect(node.depth).toBe(depth);
    }
    expect(thrownBy(() => DerReader.inside(node, 'x'))).toMatchObject({
      code: 'bad-der',
      message: 'x is nested deeper than 32',
    });
  });

  test('what was written is read, whatever it is', () => {
    holds(
      fc.property(fc.uint8Array({ maxLength: 70_000 }), (content) => {
        const bytes = octetString(content);
        const node = readDer(bytes, TAG.octetString, 'x');
        return Buffer.compare(node.content, content) === 0 && Buffer.compare(node.bytes, bytes) === 0;
      }),
      50,
    );
  });

  test('arbitrary bytes give an element or an error of ours', () => {
    holds(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          new DerReader(bytes, 'x').any('y');
          return true;
        } catch (error) {
          return error instanceof Asn1Error;
        }
      }),
    );
  });
});

test('elements are read one after another, and optional ones only where they are', () => {
  const reader = new DerReader(hex('0101ff 020105 a10104'), 'x');
  expect(reader.done).toBe(false);
  expect(reader.optional(TAG.integer, 'n')).toBeUndefined();
  expect(reader.optional(TAG.boolean, 'b')?.content).toEqual(hex('ff'));
  expect(thrownBy(() => reader.end())).toMatchObject({ message: 'x: 6 bytes follow where nothing may' });
  expect(reader.next(TAG.integer, 'n')).toEqual({ tag: 2, bytes: hex('020105'), content: hex('05'), depth: 0 });
  expect(reader.any('c').tag).toBe(contextTag(1));
  expect(reader.done).toBe(true);
  expect(reader.optional(TAG.integer, 'n')).toBeUndefined();
  expect(() => reader.end()).not.toThrow();
  expect(thrownBy(() => reader.next(TAG.integer, 'n'))).toMatchObject({ message: 'x: n is cut off' });
});

test('context tags are constructed or primitive', () => {
  expect([contextTag(0), contextTag(3), contextTag(6, false)]).toEqual([0xa0, 0xa3, 0x86]);
});
