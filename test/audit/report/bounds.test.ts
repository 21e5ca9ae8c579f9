import { describe, expect, test } from 'vitest';
import { checkLines, type LineOptions, MAX_LISTED } from '../../../src/audit/report/check-lines.ts';
import { changeLines } from '../../../src/audit/report/change-lines.ts';
import { factLines } from '../../../src/audit/report/fact-lines.ts';
import { findingLines, MAX_FINDINGS } from '../../../src/audit/report/finding-lines.ts';
import { renderText } from '../../../src/audit/report/text.ts';
import { fitting } from '../../../src/audit/report/wrap.ts';
import { COMMIT, result, verdict } from './support.ts';

// Where something is cut, or begins to be: one short of the bound, and at it.

const options: LineOptions = { width: 80, verbose: true, paint: (_, text) => text };

test.each([
  [MAX_LISTED, undefined],
  [MAX_LISTED + 1, '    detail    [... 1 more left out ...]'],
])('%i details of a check', (count, left) => {
  const details = Array.from({ length: count }, (_, at) => `d${at}`);
  const lines = checkLines(result({ id: 'quote.parse', details }), options);
  expect(lines.filter((line) => /^ {4}detail {4}d\d+$/.test(line))).toHaveLength(MAX_LISTED);
  expect(lines.find((line) => line.includes('left out'))).toBe(left);
});

test.each([
  [2, 3, 1, 6],
  [0, 3, 0, 3],
  [1, 0, 3, 4],
])('of %i paths added, %i removed and %i changed none is listed', (added, removed, changed, left) => {
  const lines = changeLines({ commit: COMMIT, added, removed, changed, paths: [] }, options);
  expect(lines).toContain(`  paths    ${added} added, ${removed} removed, ${changed} changed`);
  expect(lines).toContain(`  [... ${left} more paths left out ...]`);
});

describe('a fact', () => {
  const name = 'a'.repeat(12);
  test('stands behind its name, which may be short', () => {
    expect(factLines({ b: 'c' }, 40)).toEqual(['  b             c']);
    expect(factLines({ [name]: 'x'.repeat(60) }, 40)[0]).toBe(`  ${name}  ${'x'.repeat(24)}`);
  });

  test('of a longer name stands there as long as both fit on one line', () => {
    const long = `${name}a`;
    expect(factLines({ [long]: 'x'.repeat(23) }, 40)).toEqual([`  ${long}  ${'x'.repeat(23)}`]);
    expect(factLines({ [long]: 'x'.repeat(24) }, 40)).toEqual([`  ${long}`, `    ${'x'.repeat(24)}`]);
  });
});

describe('findings', () => {
  const made = (id: string, count: number) => Array.from({ length: count }, (_, at) => ({ id, text: `${id} ${at}` }));

  test('are shown one by one as long as they are few', () => {
    expect(findingLines(made('a', MAX_FINDINGS), options)).toHaveLength(MAX_FINDINGS);
  });

  test('of a kind that has few are shown all the same where there are many', () => {
    const lines = findingLines([...made('a', MAX_FINDINGS - 2), ...made('b', 3)], options);
    expect(lines).toHaveLength(3 + 1 + 3);
    expect(lines[3]).toContain(`a: [... ${MAX_FINDINGS - 5} more of this kind left out of ${MAX_FINDINGS - 2}`);
    expect(lines.slice(4)).toEqual(['  NOTE     b: b 0', '  NOTE     b: b 1', '  NOTE     b: b 2']);
  });
});

test('what is missing is missing for the verdict that was asked for', () => {
  const missing = ['give --repo and --commit'];
  const text = (only: 'attestation' | undefined) => renderText(verdict({ exit: 13, missing, only }), { color: false });
  expect(text(undefined)).toContain('\nmissing for VERIFIED\n  - give --repo and --commit\n');
  expect(text('attestation')).toContain('\nmissing for PASSED\n  - give --repo and --commit\n');
});

test.each([
  ['', 5, 0],
  ['abc', 2, 2],
  ['abc', 3, 3],
  ['abc', 0, 1],
  ['\u4e2d\u4e2d', 1, 1],
  ['\u4e2d\u4e2d', 3, 1],
  ['\u4e2d\u4e2d', 4, 2],
  ['\u{1f600}x', 1, 2],
  ['\u{1f600}x', 3, 3],
])('of %j, %i columns hold %i code units', (text, room, units) => {
  expect(fitting(text, room)).toBe(units);
});
