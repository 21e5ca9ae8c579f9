import { describe, expect, test } from 'vitest';
import { CHECKS } from '../../../../src/audit/registry.ts';
import { checkView } from '../../../../src/audit/report/html/check-view.ts';
import type { CheckResult } from '../../../../src/audit/result.ts';
import { result } from '../support.ts';
import { all, parsePage, wordsOf } from './dom.ts';

const viewOf = (more: Partial<CheckResult> = {}) =>
  parsePage(`<!doctype html>\n${checkView(result({ id: 'compose.hash', ...more })).source}`);
const rowsOf = (more: Partial<CheckResult> = {}): Record<string, string> => {
  const view = viewOf(more);
  const values = all(view, 'dd').map(wordsOf);
  return Object.fromEntries(all(view, 'dt').map((dt, at) => [wordsOf(dt), values[at] ?? '']));
};
const told = CHECKS.find(({ id }) => id === 'compose.hash')!;

describe('the line', () => {
  test.each([
    [{}, 'passed'],
    [{ required: false }, 'passed'],
    [{ state: 'failed', exit: 10 }, 'failed'],
    [{ state: 'failed', exit: 10, required: false }, 'failed'],
    [{ state: 'not-bound', exit: 11 }, 'not bound'],
    [{ state: 'not-bound', exit: 11, required: false }, 'not bound (not required)'],
    [{ state: 'not-checked', exit: 13 }, 'not checked'],
    [{ state: 'not-checked', exit: 13, required: false }, 'not checked (not required)'],
  ] as const)('%j is %s', (more, words) => {
    const [summary] = all(viewOf(more), 'summary');
    expect(wordsOf(summary!)).toBe(`${words} ${told.title} compose.hash it holds`);
    expect(all(summary!, 'svg').length).toBe(1);
    expect(viewOf(more).attributes.get('class')).toBe(`check ${'state' in more ? more.state : 'passed'}`);
  });

  test('of a check that is not in the registry has its id alone', () => {
    const [summary] = all(viewOf({ id: 'no.such' as 'app.id' }), 'summary');
    expect(wordsOf(summary!)).toBe('passed no.such no.such it holds');
    expect(all(viewOf({ id: 'no.such' as 'app.id' }), 'dl')).toEqual([]);
  });
});

describe('is open from the start', () => {
  test.each([
    [false, {}],
    [true, { state: 'failed', exit: 10 }],
    [true, { state: 'failed', exit: 10, required: false }],
    [true, { state: 'not-bound', exit: 11 }],
    [false, { state: 'not-bound', exit: 11, required: false }],
    [true, { state: 'not-checked', exit: 13 }],
    [false, { state: 'not-checked', exit: 13, blockedBy: 'quote.parse' }],
  ] as const)('%s: %j', (open, more) => {
    expect(viewOf(more).attributes.has('open')).toBe(open);
  });
});

describe('what is behind it', () => {
  test('of a pass that says little: what the registry says', () => {
    expect(rowsOf()).toEqual({
      proves: told.proves,
      assumes: told.assumes,
      'stands on': told.needs.join(', '),
      rule: told.citation,
    });
    expect(told.needs.length).toBeGreaterThan(0);
    expect(rowsOf({ id: 'quote.parse' })).not.toHaveProperty('stands on');
  });

  test('of a failure: all of it, in this order', () => {
    const rows = rowsOf({
      state: 'failed',
      exit: 10,
      expected: 'aa',
      found: '',
      source: '--compose',
      origins: ['info.json', 'https://a.example/b'],
      details: ['event 24', 'line 3'],
      hint: 'compare them',
    });
    expect(Object.entries(rows)).toEqual([
      ['would prove', told.proves],
      ['expected', 'aa'],
      ['expected by', '--compose'],
      ['found', '(empty)'],
      ['looked at', 'info.json https://a.example/b'],
      ['details', 'event 24 line 3'],
      ['what to do', 'compare them'],
      ['assumes', told.assumes],
      ['stands on', told.needs.join(', ')],
      ['rule', told.citation],
    ]);
  });

  test('values that were compared are set as code, and addresses are links', () => {
    const view = viewOf({ expected: 'aa', found: 'https://a.example/b' });
    expect(
      all(view, 'dd')
        .flatMap((dd) => all(dd, 'code'))
        .map(wordsOf),
    ).toEqual(['aa', 'https://a.example/b']);
    expect(all(view, 'a').map((a) => a.attributes.get('href'))).toEqual(['https://a.example/b']);
  });

  test('of many details the first thirty, of places the first ten, and how many more there are', () => {
    const details = Array.from({ length: 33 }, (_, at) => `detail ${at}`);
    const items = all(viewOf({ details }), 'li').map(wordsOf);
    expect(items).toEqual([...details.slice(0, 30), '[3 more details left out; --json has them]']);
    expect(all(viewOf({ details: details.slice(0, 30) }), 'li').length).toBe(30);
    expect(
      all(viewOf({ origins: details.slice(0, 11) }), 'li')
        .map(wordsOf)
        .at(-1),
    ).toBe('[1 more places left out; --json has them]');
  });
});
