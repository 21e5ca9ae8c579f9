import { describe, expect, test } from 'vitest';
import { renderText } from '../../../src/audit/report/text.ts';
import type { CheckResult } from '../../../src/audit/result.ts';
import { result, verdict } from './support.ts';

const skipped = (id: CheckResult['id'], more: Partial<CheckResult> = {}): CheckResult =>
  result({
    id,
    step: 'source',
    state: 'not-checked',
    exit: 13,
    summary: 'it was not fetched',
    hint: 'fetch it',
    ...more,
  });
const IDS = ['source.commit', 'source.tree', 'source.entry'] as const;

/** The lines of the steps. */
const lines = (checks: readonly CheckResult[], more: { verbose?: boolean; color?: boolean } = {}): string[] =>
  renderText(verdict({ checks }), { color: false, ...more })
    .split('\n')
    .slice(5, -3);

const one = (id: string, text = 'it was not fetched'): string[] => [
  `  SKIP     ${id.padEnd(21)}  ${text}`,
  '    hint      fetch it',
];

test('three checks that say the same are told in one, behind the others', () => {
  expect(lines([...IDS.map((id) => skipped(id)), result({ id: 'source.pin', step: 'source' })])).toEqual([
    '  PASS     source.pin             it holds',
    '  SKIP     not made: source.commit, source.tree, source.entry',
    '    because   it was not fetched',
    '    hint      fetch it',
  ]);
});

test('there may be no hint', () => {
  const checks = IDS.map((id) => {
    const { hint: _, ...rest } = skipped(id);
    return rest;
  });
  expect(lines(checks)).toEqual([
    '  SKIP     not made: source.commit, source.tree, source.entry',
    '    because   it was not fetched',
  ]);
});

test('two are told one by one, and all of them where that is asked for', () => {
  const [a, b, c] = IDS.map((id) => skipped(id));
  expect(lines([a!, b!])).toEqual([...one('source.commit'), ...one('source.tree')]);
  expect(lines([a!, b!, c!], { verbose: true })).toEqual(IDS.flatMap((id) => one(id)));
});

test('the word is coloured as it is of one', () => {
  expect(
    lines(
      IDS.map((id) => skipped(id)),
      { color: true },
    )[0],
  ).toBe('  \u001b[33mSKIP   \u001b[0m  not made: source.commit, source.tree, source.entry');
});

describe('what says more, or something else, is told by itself', () => {
  test.each<[string, Partial<CheckResult>]>([
    ['another summary', { summary: 'other' }],
    ['another hint', { hint: 'other' }],
    ['an expected value', { expected: 'a' }],
    ['a found value', { found: 'a' }],
    ['details', { details: ['a'] }],
    ['a failure', { state: 'failed' }],
    ['what is not bound', { state: 'not-bound' }],
    ['another step', { step: 'runtime' }],
  ])('%s', (_, more) => {
    const [a, b, c] = IDS.map((id) => skipped(id));
    const shown = lines([a!, b!, { ...c!, ...more }]).join('\n');
    expect(shown).not.toContain('not made');
    for (const id of IDS) expect(shown).toContain(`  ${id} `);
  });

  test('what stands on another check', () => {
    const blocked = IDS.map((id) => skipped(id, { blockedBy: 'source.pin' }));
    expect(lines(blocked)).toEqual([
      '  SKIP     not made, because source.pin did not pass: source.commit,',
      '           source.tree, source.entry',
    ]);
  });
});

test('what stands on a check of a step that is not reported says what is the matter there', () => {
  const blockedBy = 'compose.launcher';
  const checks = IDS.map((id) => skipped(id, { blockedBy, details: ['compose.launcher: none was found'] }));
  expect(lines(checks)).toEqual([
    '  SKIP     not made, because compose.launcher did not pass: source.commit,',
    '           source.tree, source.entry',
    '           compose.launcher: none was found',
    '           hint: fetch it',
  ]);
  const { hint: _, ...plain } = skipped('source.commit', { blockedBy, details: ['compose.launcher: none'] });
  expect(lines([plain])).toEqual([
    '  SKIP     not made, because compose.launcher did not pass: source.commit',
    '           compose.launcher: none',
  ]);
});
