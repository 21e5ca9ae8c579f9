import { expect, test } from 'vitest';
import { failed, notBound, notChecked, passed, thrown } from '../../src/audit/outcome.ts';
import { EXIT } from '../../src/base/exit-codes.ts';
import { EvidenceError } from '../../src/evidence/errors.ts';

const summary = 'a summary';

test('each state has its exit code', () => {
  expect(passed({ summary })).toStrictEqual({ summary, state: 'passed', exit: 0 });
  expect(failed({ summary })).toStrictEqual({ summary, state: 'failed', exit: 10 });
  expect(failed({ summary }, EXIT.stale)).toStrictEqual({ summary, state: 'failed', exit: 12 });
  expect(notChecked({ summary })).toStrictEqual({ summary, state: 'not-checked', exit: 13 });
  expect(notChecked({ summary }, EXIT.stale)).toStrictEqual({ summary, state: 'not-checked', exit: 12 });
  expect(notBound({ summary })).toStrictEqual({ summary, state: 'not-bound', exit: 11 });
});

test('an error of ours is a failure with its exit code, its lines and its hint', () => {
  const error = new EvidenceError('not-ready', 'first line\nsecond\nthird', { hint: 'do this' });
  expect(thrown(error)).toStrictEqual({
    state: 'failed',
    exit: 20,
    summary: 'first line',
    details: ['second', 'third'],
    hint: 'do this',
  });
  expect(thrown(new EvidenceError('bad-hex', 'one'))).toStrictEqual({
    state: 'failed',
    exit: 30,
    summary: 'one',
    details: [],
  });
});

test.each([
  [new TypeError('x is undefined'), 'the check itself broke (TypeError: x is undefined)'],
  ['a string', 'the check itself broke (a string)'],
  [undefined, 'the check itself broke (undefined)'],
])('anything else is a failure that says that the program is at fault: %s', (error, text) => {
  expect(thrown(error)).toStrictEqual({
    state: 'failed',
    exit: 1,
    summary: text,
    hint: 'please report this, with the evidence if it is public',
  });
});
