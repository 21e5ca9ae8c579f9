import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { CHECKS } from '../../../../src/audit/registry.ts';
import { LINK_IDS } from '../../../../src/audit/report/html/chain.ts';
import { renderHtml } from '../../../../src/audit/report/html/page.ts';
import { LINK_WORDS, VERDICT_WORDS } from '../../../../src/audit/report/html/words.ts';
import { verdictLine } from '../../../../src/audit/report/verdict-line.ts';
import type { Verdict, VerdictWord } from '../../../../src/audit/result.ts';
import { rejected, result, verdict } from '../support.ts';
import { all, byId, elementsOf, parsePage, textOf, wordsOf } from './dom.ts';
import { everything } from './samples.ts';

const pageOf = (more: Partial<Verdict> = {}) => parsePage(renderHtml(verdict(more)));
const attributeOf = (element: ReturnType<typeof pageOf> | undefined, name: string) => element?.attributes.get(name);

describe('the document', () => {
  const page = pageOf();
  const metas = all(page, 'meta');

  test('is one, in English, and ends with a line feed', () => {
    expect(renderHtml(everything)).toMatch(/^<!doctype html>\n<html lang="en" dir="ltr">\n[\s\S]*<\/html>\n$/);
    expect(all(page, 'main').length).toBe(1);
    expect(all(page, 'h1').length).toBe(1);
    expect(all(page, 'nav').length).toBe(1);
    expect(all(page, 'footer').length).toBe(1);
  });

  test('may show this style and do nothing else', () => {
    const [style] = all(page, 'style');
    const text = style!.children.join('');
    const hash = createHash('sha256').update(text).digest('base64');
    const policy = metas.find((meta) => attributeOf(meta, 'http-equiv') === 'content-security-policy');
    expect(attributeOf(policy, 'content')).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
    );
    // A policy holds for what comes after it.
    const order = elementsOf(page).map((element) => element.tag);
    expect(elementsOf(page).indexOf(policy!)).toBeLessThan(order.indexOf('style'));
    expect(text.length).toBeGreaterThan(5000);
  });

  test('says how it is to be read, before all else in ASCII', () => {
    expect(metas.map((meta) => [...meta.attributes])).toEqual([
      [['charset', 'utf-8']],
      [
        ['http-equiv', 'content-security-policy'],
        ['content', expect.any(String)],
      ],
      [
        ['http-equiv', 'x-dns-prefetch-control'],
        ['content', 'off'],
      ],
      [
        ['name', 'referrer'],
        ['content', 'no-referrer'],
      ],
      [
        ['name', 'viewport'],
        ['content', 'width=device-width, initial-scale=1'],
      ],
      [
        ['name', 'color-scheme'],
        ['content', 'light dark'],
      ],
    ]);
    expect(renderHtml(verdict())).toMatch(/^<!doctype html>\n<html [^>]*>\n<head>\n<meta charset="utf-8">/);
  });

  test('has each id once, and every reference within it leads somewhere', () => {
    for (const one of [page, parsePage(renderHtml(everything))]) {
      const ids = elementsOf(one).flatMap((element) => attributeOf(element, 'id') ?? []);
      expect(new Set(ids).size).toBe(ids.length);
      for (const element of elementsOf(one)) {
        const href = attributeOf(element, 'href');
        if (href?.startsWith('#')) expect(ids).toContain(href.slice(1));
        const label = attributeOf(element, 'aria-labelledby');
        if (label !== undefined) expect(ids).toContain(label);
      }
      expect(all(one, 'section').every((section) => attributeOf(section, 'aria-labelledby') !== undefined)).toBe(true);
    }
  });

  test('has headings without a gap', () => {
    const levels = elementsOf(parsePage(renderHtml(everything))).flatMap(
      ({ tag }) => /^h([1-6])$/.exec(tag)?.[1] ?? [],
    );
    levels.forEach((level, at) => {
      if (at > 0) expect(Number(level) - Number(levels[at - 1])).toBeLessThanOrEqual(1);
    });
    expect(levels[0]).toBe('1');
  });

  test('says what it is worth', () => {
    const [footer] = all(page, 'footer');
    expect(wordsOf(footer!)).toBe(
      'Made by twl verify. This page is one file: it runs no script and fetches nothing. It is worth as much as whoever gave it to you: a page can be painted. Run the command yourself to know.',
    );
    expect(wordsOf(page)).toContain('Characters that are not plain ASCII stand in a box with their code point');
  });

  test('has its parts in this order', () => {
    const names = all(parsePage(renderHtml(everything)), 'h2').map(wordsOf);
    expect(names).toEqual([
      'The chain',
      'What stands in the way of VERIFIED',
      'What this does not prove',
      'Findings: these fail nothing',
      'Link by link',
      'What there is to read',
    ]);
    expect(all(pageOf(), 'h2').map(wordsOf)).not.toContain('What stands in the way of VERIFIED');
  });
});

describe('the verdict', () => {
  const WORDS: readonly [VerdictWord, string, RegExp][] = [
    ['VERIFIED', 'passed', /^This deployment started exactly the commit that was expected\. /],
    ['PASSED', 'passed', /The others were not looked at, so this does not say what runs there\.$/],
    ['CONSISTENT', 'not-checked', /^Nothing that was looked at is wrong, but not enough was looked at\. Do not take/],
    ['REJECTED', 'failed', /^Do not trust this deployment: /],
    ['NOT BOUND', 'not-bound', /^Do not rely on this deployment: .* nothing signed by the hardware covers/],
    ['STALE', 'failed', /^Do not rely on this answer today: /],
    [
      'UNSUPPORTED',
      'not-checked',
      /of a kind that the program does not know\. Nothing follows from it, good or bad\.$/,
    ],
    ['MALFORMED', 'failed', /^This evidence cannot be read\. /],
    ['UNAVAILABLE', 'not-checked', /^A server did not give what the checks need\. .*try again\.$/],
    ['ENVIRONMENT', 'not-checked', /^The machine that ran the checks stood in the way\. /],
    ['INTERNAL ERROR', 'failed', /^The program that checks made a mistake\. Do not rely on anything/],
  ];

  test.each(WORDS)('%s looks %s, and is said in plain words', (word, tone, plain) => {
    const [header] = all(pageOf({ word, exit: word === 'VERIFIED' ? 0 : 10 }), 'header');
    expect(attributeOf(header, 'class')).toBe(`verdict ${tone}`);
    expect(all(header!, 'h1').map(wordsOf)).toEqual([word]);
    expect(all(header!, 'p', 'plainly').map(wordsOf)).toEqual([VERDICT_WORDS[word]]);
    expect(VERDICT_WORDS[word]).toMatch(plain);
    expect(all(header!, 'h1')[0]?.children.some((child) => typeof child !== 'string' && child.tag === 'svg')).toBe(
      true,
    );
  });

  test('all words are there', () => {
    expect(WORDS.map(([word]) => word).sort()).toEqual(Object.keys(VERDICT_WORDS).sort());
  });

  test('stands there with the line of the text report, the target, the time and where that came from', () => {
    const given = rejected();
    const [header] = all(parsePage(renderHtml(given)), 'header');
    expect(wordsOf(header!)).toContain(verdictLine(given));
    expect(wordsOf(header!)).toContain('looked at info.json');
    expect(wordsOf(header!)).toContain('judged for 2026-08-13T09:20:00.000Z from --at');
    expect(wordsOf(header!)).toContain('It speaks for this one instance and this time, and for no other.');
    expect(wordsOf(header!)).toMatch(/^Does this deployment run the expected commit\? REJECTED /);
    expect(all(parsePage(renderHtml(given)), 'title').map(wordsOf)).toEqual([
      'REJECTED, judged for 2026-08-13T09:20:00.000Z',
    ]);
  });

  test('of one step says which', () => {
    const page = pageOf({ word: 'PASSED', only: 'attestation' });
    expect(all(page, 'h1').map(wordsOf)).toEqual(['PASSED (attestation only)']);
    const open = pageOf({ word: 'CONSISTENT', exit: 13, only: 'source', missing: ['a'] });
    expect(all(open, 'h2').map(wordsOf)).toContain('What stands in the way of PASSED');
  });

  test('stands above what it is about, each beside the check that it is worth as much as', () => {
    const [about] = all(
      parsePage(
        renderHtml({
          ...everything,
          build: { ...everything.build!, facts: { workflow: 'https://a.example/w.yml' } },
          checks: [
            result({ id: 'source.pin', state: 'failed', exit: 10 }),
            result({ id: 'source.entry' }),
            result({ id: 'compose.launcher', state: 'not-bound', exit: 11 }),
            result({ id: 'provenance.workflow', state: 'not-checked', exit: 13 }),
            result({ id: 'app.id' }),
          ],
        }),
      ),
      'dl',
      'about',
    );
    expect(all(about!, 'dt').map(wordsOf)).toEqual([
      'looked at',
      'judged for',
      'repository',
      'commit',
      'entry script',
      'launcher',
      'built by',
      'app id',
      'instance',
    ]);
    expect(
      all(about!, 'dd')
        .slice(2)
        .map((dd) => wordsOf(dd).replace(/^\S+ /, '')),
    ).toEqual([
      'failed: source.pin',
      'failed: source.pin',
      'passed: source.entry',
      'not bound: compose.launcher',
      'not checked: provenance.workflow',
      'passed: app.id',
      'not asked: eventlog.replay',
    ]);
    expect(all(about!, 'span', 'state').map((one) => attributeOf(one, 'class'))).toEqual([
      'state failed',
      'state failed',
      'state passed',
      'state not-bound',
      'state not-checked',
      'state passed',
      'state not-asked',
    ]);
    expect(
      all(about!, 'dd')
        .slice(2)
        .map((dd) => wordsOf(dd).split(' ')[0]),
    ).toEqual([
      'https://github.com/example/workload.git',
      everything.facts.commit,
      'deploy/tee-launch.sh',
      everything.launcher!.image,
      'https://a.example/w.yml',
      'ab',
      'cd',
    ]);
  });

  test('of nothing that is known names nothing', () => {
    const [about] = all(pageOf(), 'dl', 'about');
    expect(all(about!, 'dt').map(wordsOf)).toEqual(['looked at', 'judged for']);
  });
});

describe('simulated', () => {
  const given = { ...everything, simulated: true };
  const page = parsePage(renderHtml(given));

  test('it is said at the top, at the end, in the title, the verdict and each part', () => {
    const notes = all(page, 'p', 'simulated');
    expect(notes.map(wordsOf)).toEqual(
      Array(2).fill(
        'SIMULATED. The hardware, or who signed the build, was pretended. This page says nothing about any real machine.',
      ),
    );
    const order = elementsOf(page);
    expect(order.indexOf(notes[0]!)).toBeLessThan(order.indexOf(all(page, 'main')[0]!));
    expect(all(all(page, 'footer')[0]!, 'p', 'simulated').length).toBe(1);
    expect(all(page, 'title').map(wordsOf)).toEqual(['SIMULATED: REJECTED, judged for 2026-08-13T09:20:00.000Z']);
    expect(all(page, 'h1').map(wordsOf)).toEqual(['SIMULATED REJECTED']);
    const marked = all(page, 'span', 'mark').map(wordsOf);
    expect(marked).toEqual(Array(4).fill('SIMULATED'));
  });

  test('nothing of it is green', () => {
    const classOf = (one: typeof page) => attributeOf(all(one, 'body')[0], 'class');
    expect(classOf(page)).toBe('pretended');
    expect(classOf(pageOf())).toBe('real');
    const style = textOf({ ...all(page, 'style')[0]!, tag: 'p' });
    expect(style).toContain('.pretended{--passed:#6a3fa0;');
    expect(style).toContain('.pretended{--passed:#c5a5f3;');
  });

  test('of what is not, nothing is said', () => {
    expect(wordsOf(parsePage(renderHtml(everything)))).not.toContain('SIMULATED');
  });
});

describe('the chain', () => {
  const given = rejected();
  const page = parsePage(renderHtml(given));

  test('has a link for each, in order, with its state in words, in a drawing and by its class', () => {
    const links = all(all(page, 'ol', 'chain')[0]!, 'li');
    expect(links.map((link) => attributeOf(all(link, 'a')[0], 'href'))).toEqual(LINK_IDS.map((id) => `#${id}`));
    expect(links.map((link) => attributeOf(link, 'class'))).toEqual([
      'not-asked',
      'not-checked',
      'passed',
      'failed',
      'not-asked',
      'not-asked',
      'not-asked',
      'not-asked',
      'not-asked',
    ]);
    const words = {
      passed: 'passed',
      failed: 'failed',
      'not-bound': 'not bound',
      'not-checked': 'not checked',
      'not-asked': 'not asked',
    };
    links.forEach((link, at) => {
      const state = attributeOf(link, 'class') as keyof typeof words;
      expect(wordsOf(link)).toBe(`${LINK_WORDS[LINK_IDS[at]!].name} ${LINK_WORDS[LINK_IDS[at]!].asks} ${words[state]}`);
      expect(all(link, 'svg').length).toBe(2);
    });
  });

  test('has its checks below, each at its link', () => {
    const section = byId(page, 'compose');
    expect(attributeOf(section, 'class')).toBe('link failed');
    expect(wordsOf(all(section!, 'h3')[0]!)).toBe('4. Compose failed');
    expect(wordsOf(all(section!, 'p', 'asks')[0]!)).toBe(
      'Is what it runs measured, and fixed? 0 passed, 1 failed, 1 not bound.',
    );
    expect(all(section!, 'details').map((one) => attributeOf(one, 'class'))).toEqual([
      'check failed',
      'check not-bound',
    ]);
    expect(wordsOf(all(byId(page, 'silicon')!, 'p', 'asks')[0]!)).toBe(
      "Is it Intel's hardware, and up to date? No check of it was asked for.",
    );
  });

  test('asks what can be answered with any state', () => {
    for (const { name, asks } of Object.values(LINK_WORDS)) {
      expect(asks).toMatch(/^(?:Is|Does|Was|Did) .*\?$/);
      expect(name).not.toBe('');
    }
  });

  test('shows every result once', () => {
    const checks = CHECKS.map(({ id, step }) => result({ id, step }));
    const shown = all(parsePage(renderHtml(verdict({ checks }))), 'details', 'check');
    expect(shown.length).toBe(checks.length);
    expect(new Set(shown.map((one) => wordsOf(all(one, 'code')[0]!)))).toEqual(new Set(checks.map(({ id }) => id)));
  });
});
