import { describe, expect, test } from 'vitest';
import { codeView, textView } from '../../../../src/audit/report/html/code-view.ts';
import { factsView, materialView } from '../../../../src/audit/report/html/material-view.ts';
import type { Markup } from '../../../../src/audit/report/html/markup.ts';
import type { Changes, Verdict } from '../../../../src/audit/result.ts';
import { COMMIT, material, verdict } from '../support.ts';
import { all, elementsOf, parsePage, textOf, wordsOf } from './dom.ts';

const domOf = (markup: Markup) => parsePage(`<!doctype html>\n<p>${markup.source}</p>`);
const viewOf = (more: Partial<Verdict>) => domOf(materialView(verdict(more)));
const blocksOf = (more: Partial<Verdict>) =>
  all(viewOf(more), 'details', 'block').map((block) => [wordsOf(all(block, 'h3')[0]!), block.attributes.has('open')]);
/** Of a block, without its heading. */
const saidBy = (more: Partial<Verdict>): string =>
  wordsOf(viewOf(more)).slice(wordsOf(all(viewOf(more), 'h3')[0]!).length + 1);
const linesOf = (markup: Markup) =>
  all(domOf(markup), 'span', 'line').map((line) => [textOf(all(line, 'i')[0]!), textOf(all(line, 'code')[0]!)]);

describe('lines as they are', () => {
  test('stand behind their numbers, each with a line feed to copy', () => {
    expect(linesOf(textView('#!/bin/bash\n\n  a <b> \u202e\tc\n'))).toEqual([
      ['1', '#!/bin/bash\n'],
      ['2', '\n'],
      ['3', '  a <b> \\u{202e}\\tc\n'],
    ]);
    expect(textView('a\n').source).toBe('<pre class="code"><span class="line"><i>1</i><code>a\n</code></span></pre>');
  });

  test('a missing line feed at the end is said', () => {
    const note = '<p class="note">There is no line feed at the end.</p>';
    expect(textView('a').source).toContain(note);
    expect(textView('a\n').source).not.toContain(note);
    expect(textView('').source).toBe('<pre class="code"></pre>');
  });

  test('are not shortened, however long one is', () => {
    expect(linesOf(textView(`${'a'.repeat(5000)}\n`))).toEqual([['1', `${'a'.repeat(5000)}\n`]]);
  });

  test('are four thousand at most', () => {
    expect(linesOf(textView('a\n'.repeat(4000))).length).toBe(4000);
    expect(textView('a\n'.repeat(4000)).source).not.toContain('left out');
    const view = textView('a\n'.repeat(4003));
    expect(linesOf(view).length).toBe(4000);
    expect(view.source).toContain('<p><em class="cut">[3 of 4003 lines left out; --json has them]</em></p>');
  });

  test('take a bounded room', () => {
    const view = textView('\u0435\n'.concat('<'.repeat(262_144)).concat('\nend\n'));
    expect(view.source).toContain('[2 of 3 lines left out; --json has them]');
    expect(linesOf(view)).toEqual([['1', '\u0435U+0435\n']]);
    // The largest script that is collected is shown whole where it is plain.
    expect(textView(`${'a'.repeat(127)}\n`.repeat(2048)).source).not.toContain('left out');
    const edge = 1024 * 1024 - '<span class="line"><i>1</i><code>\n</code></span>'.length;
    expect(codeView([{ mark: '1', text: 'a'.repeat(edge) }]).source).not.toContain('left out');
    expect(codeView([{ mark: '1', text: 'a'.repeat(edge + 1) }]).source).toContain('[1 of 1 lines left out');
  });

  test('that were added or removed say so, in a sign and by their class', () => {
    const view = codeView([
      { mark: '-2', text: 'exec b', sign: '-' },
      { mark: '+2', text: 'exec a', sign: '+' },
    ]);
    expect(
      elementsOf(domOf(view))
        .filter(({ tag }) => tag === 'span')
        .map((one) => one.attributes.get('class')),
    ).toEqual(['line removed', 'line added']);
    expect(linesOf(view)).toEqual([
      ['-2', 'exec b\n'],
      ['+2', 'exec a\n'],
    ]);
  });
});

describe('the blocks', () => {
  test('of all that there is, what starts first and open', () => {
    expect(blocksOf({ ...material, facts: { app_id: 'ab' } })).toEqual([
      ['The entry script', true],
      ['What the pin runs: read it as you read the source', true],
      ['What changed since the commit that was audited last', true],
      ['The pin, as the launcher reads it', false],
      ['The launcher, as the compose text names it', false],
      ['The build of the launcher, as a certificate tells it', false],
      ['All that the evidence shows, believed only where a check says so', false],
    ]);
  });

  test('of nothing are none', () => {
    expect(blocksOf({})).toEqual([]);
    expect(materialView(verdict()).source).toBe('');
  });

  test('the entry script', () => {
    const { entryScript } = material;
    expect(saidBy({ entryScript })).toBe(
      'deploy/tee-launch.sh, 20 bytes. It is what the launcher starts: read it, and what it runs. 1#!/bin/bash 2exec a',
    );
    const noted = { path: 'a', size: 7, note: 'it is not UTF-8, and not shown' };
    expect(saidBy({ entryScript: noted })).toBe(
      'a, 7 bytes. It is what the launcher starts: read it, and what it runs. it is not UTF-8, and not shown',
    );
  });

  test('the commands', () => {
    expect(saidBy({ commands: material.commands })).toMatch(
      /^INSTALL_CMD1npm ci There is no .* RUN_CMD1make run There is no/,
    );
    expect(saidBy({ commands: { run: 'a\n' } })).toBe('RUN_CMD1a');
  });

  test('the pin, without the commands that stand by themselves', () => {
    const pin = [...material.pin, 'INSTALL_CMD=x', 'ALLOW_ENV=A=B', 'odd', 'XRUN_CMD=y'];
    expect(saidBy({ pin })).toBe(
      `REPO_URL https://github.com/example/workload.git COMMIT_SHA ${COMMIT} ALLOW_ENV A=B odd XRUN_CMD y`,
    );
    expect(all(viewOf({ pin }), 'a').map(textOf)).toEqual(['https://github.com/example/workload.git']);
    const many = Array.from({ length: 102 }, (_, at) => `KEY${at}=a`);
    expect(saidBy({ pin: many })).toMatch(/ KEY99 a \[2 more lines left out; --json has them\]$/);
    expect(saidBy({ pin: many.slice(0, 100) })).toMatch(/ KEY99 a$/);
  });

  test('the launcher', () => {
    const { launcher } = material;
    expect(saidBy({ launcher })).toBe(`service workload image ${launcher.image}`);
  });

  test('the build', () => {
    const { build } = material;
    expect(saidBy({ build })).toBe(
      'bundle accepted, bundle.json repository https://github.com/acme/launcher repository_id 17',
    );
    expect(saidBy({ build: { ...build, accepted: false, simulated: true, facts: {} } })).toBe(
      'SIMULATED: somebody pretended to be Sigstore. bundle NOT ACCEPTED, bundle.json',
    );
  });

  test('the facts', () => {
    expect(wordsOf(domOf(factsView({ app_id: 'ab', empty: '' })))).toBe('app_id ab empty (empty)');
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`f${at}`, 'a']));
    expect(wordsOf(domOf(factsView(many(103))))).toMatch(/ f99 a \[3 more left out; --json has them\]$/);
    expect(wordsOf(domOf(factsView(many(100))))).toMatch(/ f99 a$/);
  });
});

describe('what changed', () => {
  const { since } = material;
  const said = (more: object = {}): string => saidBy({ since: { ...since, ...more } as Changes });

  test('is counted and listed, and the script line by line', () => {
    expect(said()).toBe(
      `Since ${'d4'.repeat(20)}: 1 added, 1 removed, 1 changed. added a (gitlink) changed b (file, 7 bytes to executable, 8 bytes) removed c (symlink, 1 bytes) -2exec b +2exec a`,
    );
  });

  test('paths that are not listed are counted', () => {
    expect(said({ added: 4 })).toContain('(symlink, 1 bytes) [3 paths were not collected] -2');
    const paths = Array(201).fill(since.paths[0]);
    expect(said({ paths, added: 199 })).toContain('added a (gitlink) [1 more paths left out; --json has them] -2');
    expect(said({ paths, added: 199 })).not.toContain('not collected');
  });

  test('of the script: nothing, or nobody knows', () => {
    expect(said({ lines: [] })).toMatch(/ The entry script is the same\.$/);
    expect(said({ lines: undefined })).toMatch(/ The entry script is not in both, or too large to be compared\.$/);
  });

  test('of paths: nothing', () => {
    expect(all(viewOf({ since: { ...since, paths: [] } }), 'ul')).toEqual([]);
    expect(all(viewOf({ since }), 'ul').length).toBe(1);
  });

  test('is not known, and why', () => {
    expect(blocksOf({ since: { note: 'it is gone' } })).toEqual([
      ['What changed since the commit that was audited last', true],
    ]);
    expect(saidBy({ since: { note: 'it is gone' } })).toBe('Not known: it is gone.');
    expect(saidBy({ since: { note: 'it is gone', hint: 'name another' } })).toBe(
      'Not known: it is gone. name another.',
    );
  });
});
