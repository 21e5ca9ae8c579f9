import { describe, expect, test } from 'vitest';
import { LINK_IDS } from '../../../../src/audit/report/html/chain.ts';
import { LINK_ICONS, STATE_ICONS } from '../../../../src/audit/report/html/icons.ts';
import type { Markup } from '../../../../src/audit/report/html/markup.ts';
import { LINK_STATE_WORDS } from '../../../../src/audit/report/html/words.ts';
import { type Element, parsePage } from './dom.ts';

const drawn = (icon: Markup): Element => parsePage(`<!doctype html>\n${icon.source}`);
const outline = (icon: Markup): string => icon.source.slice(icon.source.indexOf('>') + 1).split('>')[0] ?? '';

describe.each([...Object.entries(STATE_ICONS), ...Object.entries(LINK_ICONS)])('%s', (_, icon) => {
  test('is a drawing in the colour of the text, for the eye alone', () => {
    const { tag, attributes, children } = drawn(icon);
    expect(tag).toBe('svg');
    expect(Object.fromEntries(attributes)).toMatchObject({
      viewBox: '0 0 24 24',
      fill: 'none',
      stroke: 'currentColor',
      'aria-hidden': 'true',
      focusable: 'false',
    });
    expect(children.length).toBeGreaterThan(0);
    for (const child of children)
      expect(typeof child === 'string' ? child : child.tag).toMatch(/^(?:circle|path|rect)$/);
  });
});

test('each state has an outline and a word of its own', () => {
  const states = Object.keys(STATE_ICONS);
  expect(new Set(Object.values(STATE_ICONS).map(outline)).size).toBe(5);
  expect(LINK_STATE_WORDS).toEqual({
    passed: 'passed',
    failed: 'failed',
    'not-bound': 'not bound',
    'not-checked': 'not checked',
    'not-asked': 'not asked',
  });
  expect(states).toEqual(Object.keys(LINK_STATE_WORDS));
});

test('each link has a drawing of its own', () => {
  expect(Object.keys(LINK_ICONS)).toEqual([...LINK_IDS]);
  expect(new Set(Object.values(LINK_ICONS).map(({ source }) => source)).size).toBe(9);
});
