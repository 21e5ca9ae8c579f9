import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { holds } from '../../support/property.ts';
import { flip, good } from './support/baseline.ts';
import { FORMS } from './support/forms.ts';
import { meaningOf, verdictOf } from './support/verdicts.ts';

/** Cases of each property and form: some milliseconds each. */
const RUNS = 24;
let run = 0;

const answers = FORMS.map((form) => {
  const bytes = Buffer.from(form.answer(good));
  const verdict = verdictOf(bytes);
  if (verdict === undefined) throw new Error(`${form.name} cannot be read`);
  return { name: form.name, bytes, exit: form.exit, meaning: meaningOf(verdict) };
});

/** Where in the answer: anywhere, by thousandths, so that a failing case keeps its meaning when it is made smaller. */
const place = fc.nat(0x3fffffff);

/** Whatever was done to the answer: it is refused, or it is less than it was, or it proves just what it proved. */
const judge = (bytes: Uint8Array, { exit, meaning }: (typeof answers)[number]): void => {
  run += 1;
  const verdict = verdictOf(bytes);
  if (verdict === undefined) return;
  expect(verdict.word).not.toBe('VERIFIED');
  expect(verdict.exit).not.toBe(1);
  // CONSISTENT is the best that an answer without app-compose comes to; more than the good answer nothing may.
  if (exit === 13) expect(verdict.word).not.toBe('PASSED');
  if (verdict.word === 'PASSED') expect(meaningOf(verdict)).toEqual(meaning);
};

describe.each(answers.map((answer) => [answer.name, answer] as const))('%s', (_, answer) => {
  const { bytes } = answer;
  const at = (where: number): number => where % bytes.length;

  test('is the same twice', () => {
    judge(bytes, answer);
    expect(verdictOf(bytes)?.exit).toBe(answer.exit);
  });

  test('with one bit turned', () =>
    holds(
      fc.property(place, fc.nat(7), (where, bit) => judge(flip(bytes, at(where), bit), answer)),
      RUNS,
    ));

  test('with a few bits turned', () =>
    holds(
      fc.property(fc.array(fc.tuple(place, fc.nat(7)), { minLength: 2, maxLength: 5 }), (bits) =>
        judge(
          bits.reduce<Uint8Array>((all, [where, bit]) => flip(all, at(where), bit), bytes),
          answer,
        ),
      ),
      RUNS / 3,
    ));

  test('with one byte replaced by a byte of JSON', () =>
    holds(
      fc.property(place, fc.constantFrom(...'{}[]",:\\0123456789abcdefABCDEF eEtrufals-+.'), (where, char) => {
        const copy = Buffer.from(bytes);
        copy.write(char, at(where), 'latin1');
        judge(copy, answer);
      }),
      RUNS,
    ));

  test('with a piece left out, or given twice', () =>
    holds(
      fc.property(place, fc.nat(200), fc.boolean(), (where, length, doubled) => {
        const from = at(where);
        const rest = bytes.subarray(doubled ? from : from + length);
        judge(Buffer.concat([bytes.subarray(0, from + (doubled ? length : 0)), rest]), answer);
      }),
      RUNS / 3,
    ));

  test('cut', () =>
    holds(
      fc.property(place, (where) => judge(bytes.subarray(0, at(where)), answer)),
      RUNS / 3,
    ));
});

afterAll(() => {
  console.info(`answers damaged at random: ${run}`);
});
