import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyDelta, deltaSizes } from '../../src/source/pack/delta.ts';
import { encodeEntryHeader, MAX_ENTRY_HEADER_BYTES, readEntryHeader } from '../../src/source/pack/entry-header.ts';
import { holds } from '../support/property.ts';
import { deltaBetween, encodeDelta, type DeltaStep } from '../support/delta.ts';
import { encodeDistance, encodeEntryHead } from '../support/pack-builder.ts';
import { codeOf, onlySourceErrors } from './support.ts';

const MAX = 1 << 20;

describe('a delta', () => {
  test('between any two texts makes the second of the first', () =>
    holds(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.uint8Array({ maxLength: 400 }), (a, b) => {
        const [base, result] = [Buffer.from(a), Buffer.from(b)];
        const delta = deltaBetween(base, result);
        if (delta.length < 4) expect(codeOf(() => applyDelta(base, delta, MAX))).toBe('delta-malformed');
        else expect(applyDelta(base, delta, MAX)).toEqual(result);
      }),
    ));

  test('of any steps within bounds makes what the steps say', () =>
    holds(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 300 }),
        fc.array(fc.oneof(fc.tuple(fc.nat(), fc.nat()), fc.uint8Array({ minLength: 1, maxLength: 200 })), {
          maxLength: 12,
        }),
        (bytes, wishes) => {
          const base = Buffer.from(bytes);
          const parts: Buffer[] = [];
          const steps = wishes.map((wish): DeltaStep => {
            if (!Array.isArray(wish)) {
              parts.push(Buffer.from(wish));
              return { insert: wish };
            }
            const offset = wish[0] % base.length;
            const size = 1 + (wish[1] % (base.length - offset));
            parts.push(base.subarray(offset, offset + size));
            return { copy: [offset, size] };
          });
          const expected = Buffer.concat(parts);
          const delta = encodeDelta({ baseSize: base.length, resultSize: expected.length, steps });
          if (delta.length < 4) return;
          expect(applyDelta(base, delta, MAX)).toEqual(expected);
          expect(deltaSizes(delta)).toMatchObject({ base: base.length, result: expected.length });
          expect(codeOf(() => applyDelta(base, delta, expected.length - 1))).toBe('delta-malformed');
        },
      ),
    ));

  test('of arbitrary bytes, or damaged, is refused or of the size that it declares', () =>
    holds(
      fc.property(
        fc.uint8Array({ maxLength: 100 }),
        fc.uint8Array({ maxLength: 100 }),
        fc.nat(),
        fc.boolean(),
        (a, b, bit, isDamaged) => {
          const base = Buffer.from(a);
          const delta = isDamaged ? deltaBetween(base, Buffer.from(b)) : Buffer.from(b);
          if (isDamaged) delta[Math.floor(bit / 8) % delta.length]! ^= 1 << (bit % 8);
          const result = onlySourceErrors(() => applyDelta(base, delta, MAX));
          if (result !== undefined) expect(result.length).toBe(deltaSizes(delta).result);
        },
      ),
      1000,
    ));

  test('copies of 0x10000 bytes by a size of zero, and from beyond 16 MB', () => {
    const base = Buffer.alloc(17 * 2 ** 20, 1);
    base.fill(2, 2 ** 24);
    const raw = Buffer.from([0x88, 0x01]);
    const delta = encodeDelta({ baseSize: base.length, resultSize: 0x10000, steps: [{ raw }] });
    expect(applyDelta(base, delta, MAX)).toEqual(Buffer.alloc(0x10000, 2));
    const far = encodeDelta({
      baseSize: 1,
      resultSize: 1,
      steps: [{ raw: Buffer.from([0x9f, 0xff, 0xff, 0xff, 0xff, 1]) }],
    });
    expect(codeOf(() => applyDelta(Buffer.alloc(1), far, MAX))).toBe('delta-malformed');
  });
});

describe('the head of an entry', () => {
  const read = (bytes: Buffer, offset = 2 ** 40) => readEntryHeader(bytes, 0, offset, 20);

  test('sizes and distances of any length', () =>
    holds(
      fc.property(fc.integer({ min: 0, max: 2 ** 45 }), fc.integer({ min: 1, max: 2 ** 39 }), (size, distance) => {
        for (const type of [1, 2, 3, 4]) {
          const head = encodeEntryHead(type, size);
          expect(encodeEntryHeader(type, size)).toEqual(head);
          expect(read(head)).toEqual({ type, size, distance: 0, baseId: '', length: head.length });
        }
        const ofs = Buffer.concat([encodeEntryHead(6, size), encodeDistance(distance)]);
        expect(read(ofs)).toEqual({ type: 6, size, distance, baseId: '', length: ofs.length });
        expect(ofs.length).toBeLessThanOrEqual(MAX_ENTRY_HEADER_BYTES);
        const ref = Buffer.concat([encodeEntryHead(7, size), Buffer.alloc(20, 0xab)]);
        expect(read(ref)).toMatchObject({ type: 7, baseId: 'ab'.repeat(20), length: ref.length });
        for (const head of [ofs, ref]) {
          for (let end = 0; end < head.length; end++) expect(read(head.subarray(0, end))).toBeUndefined();
        }
      }),
    ));

  test('what no git writes', () => {
    for (const type of [0, 5]) expect(codeOf(() => read(encodeEntryHead(type, 1)))).toBe('pack-malformed');
    expect(codeOf(() => read(Buffer.alloc(40, 0xff)))).toBe('pack-malformed');
    expect(codeOf(() => read(Buffer.concat([encodeEntryHead(6, 1), Buffer.alloc(30, 0xff)])))).toBe('pack-malformed');
    expect(codeOf(() => read(Buffer.concat([encodeEntryHead(6, 1), encodeDistance(13)]), 12))).toBe('pack-malformed');
    expect(codeOf(() => read(Buffer.concat([encodeEntryHead(6, 1), encodeDistance(0)])))).toBe('pack-malformed');
  });

  test('arbitrary bytes', () =>
    holds(
      fc.property(fc.uint8Array({ maxLength: 50 }), fc.nat(10_000), (bytes, offset) => {
        const header = onlySourceErrors(() => read(Buffer.from(bytes), offset));
        if (header === undefined) return;
        expect(header.length).toBeLessThanOrEqual(bytes.length);
        expect(header.distance).toBeLessThanOrEqual(offset);
        expect(Number.isSafeInteger(header.size)).toBe(true);
      }),
      1000,
    ));
});
