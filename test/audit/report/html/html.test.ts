import { describe, expect, test } from 'vitest';
import { html } from '../../../../src/audit/report/html/html.ts';
import { Markup } from '../../../../src/audit/report/html/markup.ts';
import { codeOf, valueView } from '../../../../src/audit/report/html/value.ts';

describe('a template', () => {
  test('escapes text and numbers, and takes what it made itself', () => {
    expect(html`<p>${'<b>'}${7}${html`<i>${'&'}</i>`}${undefined}${['<', html`<u></u>`]}</p>`.source).toBe(
      '<p>&lt;b&gt;7<i>&amp;</i>&lt;<u></u></p>',
    );
    expect(html`<p></p>`).toBeInstanceOf(Markup);
    expect(html`a${'b'}c`.source).toBe('abc');
  });

  test('bounds the text', () => {
    expect(html`${'a'.repeat(401)}`.source).toContain('[41 characters left out]');
  });

  test('writes attributes by their own rules', () => {
    expect(html`<a href="${'https://a/?b=c&d'}">`.source).toBe('<a href="https://a/?b=c&amp;d">');
    expect(html`<a title="${`a "'<>`}">`.source).toBe('<a title="a &quot;&#39;&lt;&gt;">');
  });

  test.each(['', ' a', 'a\n', '\u0435', 'a\u202e', '\u007f'])('refuses %j as an attribute', (text) => {
    expect(() => html`<a href="${text}">`).toThrow(new TypeError('not a value for an attribute'));
  });

  test('refuses anything but text as an attribute', () => {
    expect(() => html`<a href="${7}">`).toThrow(TypeError);
    expect(() => html`<a href="${html`a`}">`).toThrow(TypeError);
    expect(() => html`<a href="${undefined}">`).toThrow(TypeError);
  });
});

describe('a link', () => {
  test.each([
    'https://github.com/example/workload.git',
    'http://127.0.0.1:8080/a',
    'https://a.example',
    'https://a.example/',
    'https://a.example/b?c=d&e#f',
    'https://forge.example/w.yml@refs/heads/main',
    'https://a.example/%41',
    `https://a.example/${'b'.repeat(382)}`,
  ])('is made of %j, and shown in full', (url) => {
    const shown = url.replaceAll('&', '&amp;');
    expect(valueView(url).source).toBe(`<a href="${shown}" rel="noopener noreferrer">${shown}</a>`);
    expect(codeOf(url).source).toBe(`<code>${valueView(url).source}</code>`);
  });

  test.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'ftp://a.example/',
    'file:///etc/passwd',
    '//a.example/',
    'https:a.example',
    'https:/a.example',
    'https://',
    'https://user@a.example/',
    'https://github.com@a.example/',
    'https://github.com:443@a.example/',
    'https://A.example/',
    'https://a.example:443/',
    'https://a.example:99999/',
    'https://a.example:/',
    'https://a.example/a b',
    'https://a.example/"onclick=',
    "https://a.example/'",
    'https://a.example/<b>',
    'https://a.example/a/../b',
    'https://a.example\\b',
    'https://0x7f.1/',
    'https://g\u0456thub.com/',
    'https://a.example/\u202e',
    ' https://a.example/',
    'https://a.example/\n',
    'see https://a.example/',
    'https://a.example?b',
    `https://a.example/${'b'.repeat(383)}`,
  ])('is not made of %j', (text) => {
    expect(valueView(text).source).not.toContain('<a');
    expect(valueView(text)).toEqual(html`${text}`);
  });

  test('of nothing there is a word', () => {
    expect(valueView('').source).toBe('<span class="none">(empty)</span>');
  });
});
