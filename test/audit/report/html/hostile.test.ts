import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderHtml } from '../../../../src/audit/report/html/page.ts';
import { holds } from '../../../support/property.ts';
import { all, elementsOf, parsePage, textOf } from './dom.ts';
import { everything, places, planted, plantedEverywhere } from './samples.ts';

const HOSTILE = [
  '<script>document.title="owned"</script>',
  '</title></style></code><script src=https://evil.example/a.js></script>',
  '"><img src=https://evil.example/a.png onerror=alert(1)>',
  "' onmouseover='alert(1)",
  'javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  '--><iframe src=//evil.example></iframe><!--',
  '<svg/onload=alert(1)>',
  '<meta http-equiv=refresh content="0;url=https://evil.example">',
  '<base href=https://evil.example/>',
  '<link rel=stylesheet href=https://evil.example/a.css>',
  '<a href=https://evil.example ping=https://evil.example>x</a>',
  'url(https://evil.example/a.png)',
  '@import "https://evil.example/a.css";',
  '&lt;script&gt;&#x3c;script&#62;',
  ']]><script>alert(1)</script>',
  '\u202e)dessap 61( DEIFIREV\u2066',
  '\u0000\u0001\u001b[2J\r\n',
  'g\u0456thub.com \u0435xec',
  '\ud800 \udc00',
  '\u0301'.repeat(50),
  '',
  ' ',
  '`alert(1)`',
];

const OUTSIDE =
  /^(?:src|srcset|action|formaction|data|poster|background|cite|manifest|ping|style|on.*|xlink:href|target|download)$/i;
const ELEMENTS = new Set(
  'html head meta title style body p svg circle path rect span b main header h1 h2 h3 h4 small code a dl dt dd nav ol ul li section details summary pre i em bdi footer'.split(
    ' ',
  ),
);

/** What is wrong with a page, whatever stands in the verdict: one line each. */
const faultsOf = (html: string): string[] => {
  const page = parsePage(html);
  const faults: string[] = [];
  for (const element of elementsOf(page)) {
    const { tag, attributes } = element;
    if (!ELEMENTS.has(tag)) faults.push(`<${tag}>`);
    for (const [name, value] of attributes) {
      if (OUTSIDE.test(name)) faults.push(`${name} of <${tag}>`);
      if (name !== 'href') continue;
      if (tag !== 'a' || !/^(?:#[a-z-]+|https?:\/\/[!-~]+)$/.test(value)) faults.push(`<${tag} href="${value}">`);
      if (value.startsWith('#')) continue;
      if (attributes.get('rel') !== 'noopener noreferrer') faults.push(`a link without rel: ${value}`);
      if (textOf(element) !== value) faults.push(`a link that is not what it shows: ${value}`);
    }
  }
  if (all(page, 'style').length !== 1) faults.push('more than one style');
  if (/[^\P{Cc}\n]|\p{Cf}|\p{Cs}|\p{Zl}|\p{Zp}|\p{M}/u.test(textOf(page))) faults.push('what nobody can see');
  if (!/^[\n -~]*$/.test(html.replace(/<bdi class="odd">[^<]*<small>/g, '')))
    faults.push('a look-alike without a mark');
  return faults;
};

const expectHarmless = (where: string, html: string): void => {
  expect(faultsOf(html), where).toEqual([]);
};

test('the sample has text in every place that the types know', () => {
  const names = new Set(places.map((path) => path.filter((key) => typeof key === 'string').join('.')));
  for (const name of [
    'target',
    'at',
    'atSource',
    'missing',
    'facts.commit',
    'pin',
    'launcher.service',
    'launcher.image',
    'build.origin',
    'build.facts.repository',
    'commands.install',
    'commands.run',
    'entryScript.path',
    'entryScript.text',
    'since.commit',
    'since.paths.path',
    'since.lines.text',
    'checks.id',
    'checks.summary',
    'checks.expected',
    'checks.found',
    'checks.source',
    'checks.origins',
    'checks.details',
    'checks.hint',
    'findings.id',
    'findings.text',
    'findings.path',
    'findings.accepted.reason',
    'findings.accepted.source',
  ]) {
    expect(names, name).toContain(name);
  }
});

test('a page of everything is harmless', () => {
  expectHarmless('everything', renderHtml(everything));
});

describe.each(HOSTILE.map((text) => [JSON.stringify(text).slice(0, 60), text]))('%s', (_, text) => {
  test('everywhere', () => {
    expectHarmless('everywhere', renderHtml(plantedEverywhere(text)));
  });
});

test.each(HOSTILE.slice(1, 2))('%j, in one place after the other', (text) => {
  for (const path of places) expectHarmless(path.join('.'), renderHtml(planted(path, text)));
});

test.each([
  ['a note on the script', { entryScript: { path: 'a', size: 1, note: HOSTILE[0]! } }],
  ['a note on changes', { since: { note: HOSTILE[1]!, hint: HOSTILE[2]! } }],
  ['a check that stands on another', { checks: [{ ...everything.checks[2]!, blockedBy: HOSTILE[0] as 'app.id' }] }],
])('%s', (where, more) => {
  expectHarmless(where, renderHtml({ ...everything, ...more }));
});

test('whatever the text', async () => {
  const unit = fc.constantFrom(
    '<',
    '>',
    '"',
    "'",
    '&',
    '/',
    'script',
    ' ',
    '=',
    'on',
    '\n',
    '\u202e',
    '\u0435',
    '#',
    ';',
  );
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 100 }), fc.string({ unit, maxLength: 100 }));
  await holds(
    fc.property(text, (given) => {
      expectHarmless('everywhere', renderHtml(plantedEverywhere(given)));
    }),
    15,
  );
});
