import { describe, expect, test } from 'vitest';
import { STYLE } from '../../../../src/audit/report/html/style.ts';

/** The custom properties of a block that begins like this. */
const coloursAfter = (start: string): Record<string, string> => {
  const from = STYLE.indexOf(start);
  expect(from, start).toBeGreaterThanOrEqual(0);
  const block = STYLE.slice(from + start.length, STYLE.indexOf('}', from));
  return Object.fromEntries(
    [...block.matchAll(/--([a-z-]+):(#[0-9a-f]{6})/g)].map(([, name = '', value = '']) => [name, value]),
  );
};

const light = coloursAfter(':root{color-scheme:light dark;');
const dark = coloursAfter('(prefers-color-scheme:dark){:root{');
const THEMES: readonly [string, Record<string, string>][] = [
  ['by day', light],
  ['in the dark', dark],
  ['by day, pretended', { ...light, ...coloursAfter('}\n.pretended{') }],
  ['in the dark, pretended', { ...dark, ...coloursAfter('}\n.pretended{--passed:#c5a5f3;') }],
  ['on paper', coloursAfter('@media print{\n:root{')],
];

/** Relative luminance and contrast ratio, WCAG 2.2. */
const luminance = (colour: string): number => {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (one: string, other: string): number => {
  const [dim = 0, bright = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (bright + 0.05) / (dim + 0.05);
};

const STATES = ['passed', 'failed', 'not-bound', 'not-checked', 'not-asked'];
const PAIRS: readonly [string, string][] = [
  ...['text', 'quiet', 'link', 'pretended', ...STATES].flatMap((text): [string, string][] => [
    [text, 'page'],
    [text, 'card'],
  ]),
  ['text', 'sunk'],
  ['quiet', 'sunk'],
  ['text', 'odd'],
  ['card', 'pretended'],
  ...STATES.flatMap((state): [string, string][] => [
    [state, `tint-${state}`],
    ['text', `tint-${state}`],
    ['link', `tint-${state}`],
  ]),
  ['quiet', 'tint-not-bound'],
  ['quiet', 'tint-not-checked'],
];

describe.each(THEMES)('%s', (_, colours) => {
  test.each(PAIRS)('%s on %s has a contrast of 4.5 at least', (text, background) => {
    expect(contrast(colours[text]!, colours[background]!)).toBeGreaterThanOrEqual(4.5);
  });
});

test('the measure is that of the standard', () => {
  expect(contrast('#000000', '#ffffff')).toBe(21);
  expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.54, 2);
});

test('the style names nothing outside of the page, and cannot end early', () => {
  expect(STYLE).not.toMatch(/url\(|@import|@font-face|image-set|src\(|https?:|\/\/|<|expression\(/i);
  expect(STYLE).toMatch(/^[\n -~]+$/);
  const count = (char: string): number => STYLE.split(char).length;
  expect(count('{')).toBe(count('}'));
});

test('there are rules for narrow windows, for paper, for the dark and for those who want no motion', () => {
  expect(STYLE).toContain('@media (max-width:900px){');
  expect(STYLE).toContain('@media (max-width:600px){');
  expect(STYLE).toContain('@media print{');
  expect(STYLE).toContain('details::details-content{content-visibility:visible');
  expect(STYLE).toContain('@media screen and (prefers-color-scheme:dark){');
  expect(STYLE).toContain('@media (prefers-reduced-motion:reduce){');
});

test('nothing waits for a pointer', () => {
  expect([...STYLE.matchAll(/[^}\n]*:hover[^}]*\}/g)].map(([rule]) => rule)).toEqual([
    '.chain a:hover b{text-decoration-color:currentColor}',
  ]);
});

test.each(STATES)('%s has its colours', (state) => {
  expect(STYLE).toContain(`.${state}{--state:var(--${state});--tint:var(--tint-${state})}`);
});

test('what is marked has its own direction, and blanks of the evidence are kept', () => {
  expect(STYLE).toMatch(/\.odd,\.esc\{unicode-bidi:isolate;direction:ltr;[^}]*background:var\(--odd\)/);
  expect(STYLE).toMatch(/\ndd,\.came,\.findings p,\.plain li\{white-space:break-spaces\}/);
  expect(STYLE).toContain('.line code{white-space:break-spaces');
});
