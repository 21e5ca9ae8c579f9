import { expect, test } from 'vitest';
import { failed, notBound, notChecked, type Outcome, passed } from '../../src/audit/outcome.ts';
import { bothReservations, type Reservation, reserved } from '../../src/audit/reservation.ts';
import { EXIT } from '../../src/base/exit-codes.ts';

const OUTCOMES: readonly Outcome[] = [
  passed({ summary: 'good', expected: 'e', found: 'f', source: 's', origins: ['o'], details: ['d'] }),
  failed({ summary: 'bad' }),
  failed({ summary: 'old', hint: 'h' }, EXIT.stale),
  notChecked({ summary: 'open' }),
  notChecked({ summary: 'not fresh' }, EXIT.stale),
  notBound({ summary: 'loose' }),
];
const [PASS, ...OTHERS] = OUTCOMES as [Outcome, ...Outcome[]];
const held = (on: 'pass' | 'other' | 'no-root', more: Partial<Reservation> = {}) =>
  ({ on, summary: 'held back', hint: 'do this', ...more }) as Reservation;
const under = (reservation: Reservation, outcome: Outcome, staleHint?: string): Outcome =>
  reserved('freshness', outcome, { reservations: { freshness: reservation }, staleHint });

test('without terms, of another check, and of one that was not made, nothing changes', () => {
  for (const outcome of OUTCOMES) {
    expect(reserved('freshness', outcome, undefined)).toBe(outcome);
    expect(reserved('quote.tcb', outcome, { reservations: { freshness: held('pass') }, staleHint: undefined })).toBe(
      outcome,
    );
  }
  const blocked: Outcome = { ...notChecked({ summary: 'it stands on' }), blockedBy: 'quote.parse' };
  expect(under(held('other'), blocked)).toBe(blocked);
});

test('nothing ever becomes a pass', () => {
  for (const outcome of OTHERS) {
    for (const reservation of [held('pass'), held('other'), { on: 'dated', remark: 'r' } as const]) {
      expect(under(reservation, outcome, 'stale').state).not.toBe('passed');
    }
  }
});

test('on a pass: it counts as not made, and what it showed stays to be read', () => {
  expect(under(held('pass', { details: ['more'] }), PASS)).toEqual({
    state: 'not-checked',
    exit: EXIT.incomplete,
    summary: 'held back',
    hint: 'do this',
    expected: 'e',
    found: 'f',
    source: 's',
    origins: ['o'],
    details: ['more', 'd'],
  });
  expect(under(held('pass', { exit: EXIT.stale }), PASS).exit).toBe(EXIT.stale);
  for (const outcome of OTHERS) expect(under(held('pass'), outcome)).toBe(outcome);
});

test('on all but a pass: it counts as not made, and what was found is told', () => {
  expect(under(held('other'), PASS)).toBe(PASS);
  // What was not said of it before is not said now: a reader of the JSON would see a null.
  expect(under(held('other'), failed({ summary: 'bad' }))).toStrictEqual({
    state: 'not-checked',
    exit: EXIT.incomplete,
    summary: 'held back',
    hint: 'do this',
    details: ['bad'],
  });
  for (const outcome of OTHERS) expect(under(held('other'), outcome)).toMatchObject({ state: 'not-checked', exit: 13 });
});

test('dated: a pass says as of when', () => {
  expect(under({ on: 'dated', remark: 'as of then' }, PASS)).toEqual({ ...PASS, summary: 'good, as of then' });
  for (const outcome of OTHERS) expect(under({ on: 'dated', remark: 'as of then' }, outcome)).toBe(outcome);
});

test('what failed since something expired says up to when it held; nothing else does', () => {
  const none = { reservations: {}, staleHint: 'until then' };
  for (const reservation of [undefined, held('pass'), { on: 'dated', remark: 'r' } as const]) {
    const terms = reservation === undefined ? none : { ...none, reservations: { 'quote.tcb': reservation } };
    const hints = OTHERS.map((outcome) => reserved('quote.tcb', outcome, terms).hint);
    expect(hints).toEqual([undefined, 'until then', undefined, undefined, undefined]);
  }
  expect(reserved('quote.tcb', PASS, none)).toBe(PASS);
  expect(reserved('quote.tcb', OTHERS[1]!, { ...none, staleHint: undefined }).hint).toBe('h');
});

test('for want of a root: what failed for that alone counts as not made, and all else stays', () => {
  const lacking: Outcome = { ...failed({ summary: 'no root' }), lacksRoot: true };
  expect(under(held('no-root'), lacking)).toEqual({
    state: 'not-checked',
    exit: EXIT.incomplete,
    summary: 'held back',
    hint: 'do this',
    details: ['no root'],
  });
  for (const outcome of OUTCOMES) expect(under(held('no-root'), outcome)).toBe(outcome);
});

test('unless another check passed, which shows that nothing was lacking', () => {
  const terms = { reservations: { freshness: held('other', { unless: 'quote.signature' }) }, staleHint: undefined };
  const bad = failed({ summary: 'bad' });
  const passing = (id: string) => id === 'quote.signature';
  expect(reserved('freshness', bad, terms, passing)).toBe(bad);
  expect(reserved('freshness', bad, terms, (id) => !passing(id)).state).toBe('not-checked');
  expect(reserved('freshness', bad, terms).state).toBe('not-checked');
  const always = { reservations: { freshness: held('other') }, staleHint: undefined };
  expect(reserved('freshness', bad, always, () => true).state).toBe('not-checked');
});

test('of two each holds back its own', () => {
  const one = { freshness: held('pass'), 'source.reachable': held('pass') };
  const both = bothReservations(one, { freshness: held('other', { summary: 'second' }), 'quote.tcb': held('other') });
  expect(both).toEqual({
    freshness: [held('pass'), held('other', { summary: 'second' })],
    'source.reachable': [held('pass')],
    'quote.tcb': [held('other')],
  });
  const terms = { reservations: both, staleHint: 'until then' };
  expect(reserved('freshness', PASS, terms).summary).toBe('held back');
  expect(reserved('freshness', failed({ summary: 'bad' }), terms).summary).toBe('second');
  expect(reserved('source.reachable', failed({ summary: 'old' }, EXIT.stale), terms).hint).toBe('until then');
});
