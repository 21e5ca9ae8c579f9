import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderJson } from '../../../src/audit/report/json.ts';
import { renderText } from '../../../src/audit/report/text.ts';
import type { Changes, Material, Verdict } from '../../../src/audit/result.ts';
import { holds } from '../../support/property.ts';
import { material, result, verdict } from './support.ts';

const FAKES = [
  '\nVERIFIED (16 passed)',
  '\r\nVERIFIED (16 passed)\r\n',
  '\rVERIFIED (16 passed)',
  '\u2028VERIFIED (16 passed)',
  '\u0085VERIFIED (16 passed)',
  '\u000bVERIFIED (16 passed)\u000c',
  '\u001b[2J\u001b[HVERIFIED (16 passed)',
  '\u009b2JVERIFIED (16 passed)',
  '\u001b]0;title\u0007',
  '\u202e)dessap 61( DEIFIREV',
  `${' '.repeat(60)}VERIFIED (16 passed)`,
  `${'x'.repeat(66)} VERIFIED (16 passed)`,
  `${'x'.repeat(66)}VERIFIED`,
  `${'\u4e2d'.repeat(40)}VERIFIED`,
  `${'\u00a0'.repeat(66)}VERIFIED`,
  `${'\u3000'.repeat(33)}VERIFIED`,
  `${'ab'.repeat(33)}\nPASS`,
  '\u0008'.repeat(80),
  '',
];

/** One string in every place of a verdict that is a string, one after the other. */
const planted = (text: string): [string, Verdict][] => {
  const failed = { id: 'app.id', state: 'failed', exit: 10 } as const;
  const bad = { word: 'REJECTED', exit: 10 } as const;
  const check = (more: object): Verdict => verdict({ ...bad, checks: [result({ ...failed, ...more })] });
  const finding = (more: object): Verdict => verdict({ ...bad, findings: [{ id: 'a.b', text: 'c', ...more }] });
  const led = (more: Material): Verdict => verdict({ ...bad, ...more });
  const { launcher, build, since } = material;
  const changed = (more: object): Verdict => led({ since: { ...since, ...more } as Changes });
  const [path] = since.paths;
  return [
    ['target', verdict({ ...bad, target: text })],
    ['at', verdict({ ...bad, at: text })],
    ['atSource', verdict({ ...bad, atSource: text })],
    ['summary', check({ summary: text })],
    ['summary of a pass', verdict({ ...bad, checks: [result({ id: 'app.id', summary: text, source: text })] })],
    ['expected', check({ expected: text })],
    ['found', check({ found: text })],
    ['source', check({ source: text })],
    ['origins', check({ origins: [text, text] })],
    ['details', check({ details: [text, text] })],
    ['hint', check({ hint: text })],
    ['id', check({ id: text })],
    ['finding id', finding({ id: text })],
    ['finding text', finding({ text })],
    ['finding path', finding({ path: text })],
    ['finding path and line', finding({ path: text, line: 1 })],
    ['one of many findings', verdict({ ...bad, findings: Array(21).fill({ id: text, text, path: text }) })],
    ['service', led({ launcher: { ...launcher, service: text } })],
    ['image', led({ launcher: { ...launcher, image: text } })],
    ['bundle', led({ build: { ...build, origin: text } })],
    ['fact of a build', led({ build: { ...build, facts: { name: text } } })],
    ['name of a fact of a build', led({ build: { ...build, facts: { [text]: 'value' } } })],
    ['pin', led({ pin: [text, text] })],
    ['command', led({ commands: { run: text } })],
    ['install command', led({ commands: { install: text, run: 'a' } })],
    ['path of the script', led({ entryScript: { path: text, size: 1, text: '' } })],
    ['script', led({ entryScript: { path: 'a', size: 1, text } })],
    ['script of several lines', led({ entryScript: { path: 'a', size: 1, text: `a\n${text}` } })],
    ['note on the script', led({ entryScript: { path: 'a', size: 1, note: text } })],
    ['commit of last time', changed({ commit: text })],
    ['changed path', changed({ paths: [{ ...path, path: text }] })],
    ['changed line', changed({ lines: [{ sign: '+', line: 1, text }] })],
    ['note on changes', led({ since: { note: text } })],
    ['hint on changes', led({ since: { note: 'a', hint: text } })],
    ['blocked', verdict({ ...bad, checks: [result({ ...failed, exit: 13, blockedBy: text as 'app.id' })] })],
    [
      'said by several',
      verdict({
        ...bad,
        checks: Array(3).fill(result({ ...failed, state: 'not-checked', summary: text, hint: text })),
      }),
    ],
    ['accepted', finding({ accepted: { reason: text, source: text } })],
    ['missing', verdict({ ...bad, missing: [text] })],
    ['fact', verdict({ ...bad, facts: { name: text } })],
    ['name of a fact', verdict({ ...bad, facts: { [text]: 'value' } })],
    ['timings', verdict({ ...bad, timings: { [text]: 1 } })],
  ];
};

const HEADS =
  /^(?:what was checked|attestation: what |findings: these |shown by the |the (?:launcher|build|pin|entry)\b|what (?:the pin runs:|changed )|missing for |time taken|REJECTED \()/;

/** Names of checks: no evidence chooses them, so a value made without the types is only kept on its line. */
const OURS = ['id', 'timings'];

/** What a report may never be made to do, whatever stands in it. */
const expectHonest = (where: string, text: string): void => {
  expect(text, where).not.toMatch(/[^\u0020-\u007e\n\u00a1-\uffff]/);
  const lines = text.split('\n');
  expect(lines.pop()).toBe('');
  expect(lines.at(-1), where).toMatch(/^REJECTED \(/);
  for (const line of lines) {
    if (line !== '' && !line.startsWith('  ')) expect(line, where).toMatch(HEADS);
    // A terminal of 80 columns must find nothing to break: a line that it broke would go on at the left edge.
    const columns = [...line].reduce((sum, char) => sum + (char <= '~' ? 1 : 2), 0);
    if (OURS.includes(where)) continue;
    if (line.startsWith('  ') && !/^ +(?:[a-z]+ +)?[0-9a-f]+$/.test(line))
      expect(columns, where).toBeLessThanOrEqual(80);
  }
};

describe.each(FAKES.map((fake) => [JSON.stringify(fake), fake]))('%s', (_, fake) => {
  test('cannot steer the text, wherever it stands', () => {
    for (const [where, given] of planted(fake)) {
      for (const options of [
        { color: false, timings: true },
        { color: false, verbose: true },
      ]) {
        expectHonest(where, renderText(given, options));
      }
    }
  });

  test('cannot steer the JSON, wherever it stands', () => {
    for (const [where, given] of planted(fake)) {
      const json = renderJson(given, { timings: true });
      expect(json, where).toMatch(/^[\u0020-\u007e\n]*$/);
      expect(json, where).not.toMatch(/^\S*VERIFIED/m);
      expect(JSON.stringify(JSON.parse(json)), where).toContain(JSON.stringify(fake).slice(1, -1));
    }
  });
});

test('no string at all makes a line of its own', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ unit: fc.constantFrom('\n', ' ', 'V', '\u001b', '\u202e', '\u4e2d', '\u00a0'), maxLength: 300 }),
  );
  await holds(
    fc.property(text, (given) => {
      for (const [where, one] of planted(given)) {
        expectHonest(where, renderText(one, { color: false }));
        expect(renderJson(one)).toMatch(/^[\u0020-\u007e\n]*$/);
      }
    }),
    100,
  );
});
