import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inText, marked, withReferences } from '../../../../src/audit/report/html/evidence-text.ts';
import { holds } from '../../../support/property.ts';
import { parsePage, textOf } from './dom.ts';

const esc = (text: string): string => `<bdi class="esc">${text}</bdi>`;
const odd = (text: string, names: string): string => `<bdi class="odd">${text}<small>${names}</small></bdi>`;

describe('what stands for itself', () => {
  test.each(['', 'a', 'https://github.com/a/b?c=d#e', ` ~!#$%()*+,-./:;=?@[\\]^_\`{|}`])('%j', (text) => {
    expect(marked(text)).toBe(text);
  });
});

describe('what means something to HTML', () => {
  test.each([
    ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['"><img src=x onerror=alert(1)>', '&quot;&gt;&lt;img src=x onerror=alert(1)&gt;'],
    ["' onclick='x", '&#39; onclick=&#39;x'],
    ['&lt;', '&amp;lt;'],
    ['</style>', '&lt;/style&gt;'],
    ['<!--', '&lt;!--'],
  ])('%j', (text, html) => {
    expect(marked(text)).toBe(html);
    expect(withReferences(text)).toBe(html);
  });
});

describe('what cannot be seen, or moves what can', () => {
  test.each([
    ['a\0b', `a${esc('\\x00')}b`],
    ['a\nb', `a${esc('\\n')}b`],
    ['\t\r', esc('\\t\\r')],
    ['\u001b[31m', `${esc('\\x1b')}[31m`],
    ['\u007f', esc('\\x7f')],
    ['\u0085', esc('\\x85')],
    ['\u202egnp.exe', `${esc('\\u{202e}')}gnp.exe`],
    ['\u2066a\u2069', `${esc('\\u{2066}')}a${esc('\\u{2069}')}`],
    ['\u200b', esc('\\u{200b}')],
    ['\u00a0', esc('\\u{a0}')],
    ['\ufeff', esc('\\u{feff}')],
    ['\ud800', esc('\\u{d800}')],
    ['e\u0301', `e${esc('\\u{301}')}`],
    ['\u{e0041}', esc('\\u{e0041}')],
  ])('%j', (text, html) => {
    expect(marked(text)).toBe(html);
  });
});

describe('what looks like something else', () => {
  test.each([
    ['\u0435xec', `${odd('\u0435', 'U+0435')}xec`],
    ['g\u0456thub.com', `g${odd('\u0456', 'U+0456')}thub.com`],
    ['\u00e9\u00e8', odd('\u00e9\u00e8', 'U+00E9 U+00E8')],
    ['\u4e2d\u4e2d\u4e2d\u4e2d', odd('\u4e2d\u4e2d\u4e2d\u4e2d', 'U+4E2D U+4E2D U+4E2D U+4E2D')],
    ['\u4e2d\u4e2d\u4e2d\u4e2d\u4e2d', odd('\u4e2d'.repeat(5), 'U+4E2D U+4E2D U+4E2D U+4E2D +1')],
    ['\u{1d400}', odd('\u{1d400}', 'U+1D400')],
    ['\u05d0/\u05d1', `${odd('\u05d0', 'U+05D0')}/${odd('\u05d1', 'U+05D1')}`],
    ['\u0435\u200b\u0435', `${odd('\u0435', 'U+0435')}${esc('\\u{200b}')}${odd('\u0435', 'U+0435')}`],
    ['\u200b\u0435', `${esc('\\u{200b}')}${odd('\u0435', 'U+0435')}`],
  ])('%j', (text, html) => {
    expect(marked(text)).toBe(html);
  });
});

describe('many of them', () => {
  test('twenty runs are marked one by one', () => {
    const html = marked('a\u0435'.repeat(20));
    expect(html).toBe(`a${odd('\u0435', 'U+0435')}`.repeat(20));
    expect(marked(`${'a\u0435'.repeat(20)}<b`)).toBe(`${html}&lt;b`);
  });

  test('two kinds beside each other are two', () => {
    const pair = '\u0435\u200b';
    const html = `${odd('\u0435', 'U+0435')}${esc('\\u{200b}')}`;
    expect(marked(`${`${pair}a`.repeat(10)}`)).toBe(`${html}a`.repeat(10));
    expect(marked(`${`${pair}a`.repeat(10)}${pair}`)).toBe(`${`${html}a`.repeat(10)}${esc('\\u{435}\\u{200b}')}`);
  });

  test('of more, the rest is written in escapes, whole', () => {
    const html = marked(`${'a\u0435'.repeat(21)}<\u200b`);
    expect(html).toBe(`${`a${odd('\u0435', 'U+0435')}`.repeat(20)}a${esc('\\u{435}&lt;\\u{200b}')}`);
  });
});

describe('bounded', () => {
  test('400 code units are shown whole', () => {
    expect(inText('a'.repeat(400)).source).toBe('a'.repeat(400));
  });

  test('of more, both ends, and how much is left out', () => {
    const text = `${'a'.repeat(180)}${'b'.repeat(41)}${'c'.repeat(180)}`;
    expect(inText(text).source).toBe(
      `${'a'.repeat(180)}<em class="cut">[41 characters left out]</em>${'c'.repeat(180)}`,
    );
    expect(inText('<'.repeat(1e6)).source.length).toBeLessThan(2000);
  });

  test('no text of that length takes more than 6000 characters of HTML', () => {
    for (const unit of ['\u0435', 'a\u0435', '\u200b', 'a\u200b', '&', '\u{10fffd}', 'a\u{10fffd}', '\u0435\u200b']) {
      expect(inText(unit.repeat(400).slice(0, 400)).source.length, unit).toBeLessThan(6000);
    }
  });
});

test('whatever the text: what is written is well-formed, can be seen, and says what the text says', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({ unit: fc.constantFrom('<', '&', '"', 'a', '\u0435', '\u202e', '\u0301', '\n', ';'), maxLength: 60 }),
  );
  await holds(
    fc.property(text, (given) => {
      const html = marked(given);
      const page = parsePage(`<!doctype html>\n<p>${html}</p>`);
      expect(textOf(page)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{M}\u00a0\u3000]/u);
      // Every plain character is there, in its place.
      const plain = html.replace(/<bdi[^>]*>.*?<\/bdi>/g, '\u0000').replace(/&(amp|lt|gt|quot|#39);/g, '?');
      if (!html.includes('U+')) expect(plain.length).toBeLessThanOrEqual(given.length);
    }),
    100,
  );
});
