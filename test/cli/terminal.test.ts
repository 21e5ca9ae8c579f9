import { describe, expect, test } from 'vitest';
import { describeTerminal, wantsColor } from '../../src/cli/terminal.ts';

describe('colour', () => {
  test.each([
    [{}, true, true],
    [{}, false, false],
    [{ TERM: 'xterm' }, true, true],
    [{ TERM: 'dumb' }, true, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '0' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '3', TERM: 'dumb' }, false, true],
    [{ FORCE_COLOR: '0' }, true, false],
    [{ FORCE_COLOR: 'false' }, true, false],
    [{ FORCE_COLOR: '' }, false, false],
    [{ FORCE_COLOR: '', NO_COLOR: '1' }, true, false],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false, true],
  ])('%j, on a terminal: %s', (env, isTerminal, wanted) => {
    expect(wantsColor(env, isTerminal)).toBe(wanted);
    expect(describeTerminal(env, isTerminal, 80).color).toBe(wanted);
  });
});

test.each([
  [true, 72, 72],
  [true, 100, 100],
  [true, 101, 100],
  [true, 1, 1],
  [true, 0, undefined],
  [true, undefined, undefined],
  [false, 72, undefined],
])('terminal: %s, columns: %s', (isTerminal, columns, width) => {
  expect(describeTerminal({}, isTerminal, columns).width).toBe(width);
});
