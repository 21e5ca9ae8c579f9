import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { entryScript, steersFunction } from '../../scripts/image/entry.ts';
import { STEERING_FAMILIES, STEERING_NAMES } from '../../src/pin/environment-table.ts';
import { steersCode } from '../../src/pin/environment.ts';
import { runCommand } from './run-command.ts';

const text = readFileSync(new URL('../../docker/entry.sh', import.meta.url), 'utf8');

test('docker/entry.sh holds the names of the table', () => {
  expect(entryScript(text), 'run: node scripts/image/entry.ts').toBe(text);
});

test('a script without its marks is refused', () => {
  expect(() => entryScript('#!/bin/sh\n')).toThrow('docker/entry.sh has lost its marks');
});

test('nothing in it is evaluated, and no program is run by its name', () => {
  const code = text.replaceAll(/^\s*#.*$/gm, '');
  expect(code).not.toMatch(/\b(eval|source|sh -c)\b|`|\$\(/);
  expect(code.trimEnd().split('\n').at(-1)).toBe('exec $BUSYBOX env -i -- "$@"');
});

describe('the function of the entry script', () => {
  const families = STEERING_FAMILIES.flatMap(({ prefix, anyCase, except = [] }) => [
    prefix,
    `${prefix}X`,
    `${prefix.toLowerCase()}x`,
    `X${prefix}`,
    ...(anyCase ? [`${prefix.toLowerCase()}registry`] : []),
    ...except,
    ...except.map((name) => `${name}X`),
  ]);
  const names = STEERING_NAMES.flatMap((row) => row.names.split(' ')).flatMap((name) => [name, `${name}_`, `_${name}`]);
  const harmless = [
    'PATH',
    'HOME',
    'LAUNCHER_CONFIG',
    'A.B',
    'x-y',
    'é',
    '*',
    '?',
    '[a]',
    '',
    ' ',
    'TWL_SET_ASIDE_LD_X',
  ];

  test('says what the launcher says, for every name of the table and its neighbours', async () => {
    const all = [...new Set([...names, ...families, ...harmless])];
    // Any POSIX shell; the image's own runs it in image.test.ts.
    const { stdout } = await runCommand('bash', [
      '--posix',
      '-c',
      `${steersFunction()}\nfor name in "$@"; do if steers "$name"; then echo 1; else echo 0; fi; done`,
      'sh',
      ...all,
    ]);
    const said = stdout
      .trim()
      .split('\n')
      .map((line) => line === '1');
    expect(all.filter((name, index) => said[index] !== (steersCode(name) !== undefined))).toEqual([]);
    expect(said.filter((yes) => yes).length).toBeGreaterThan(300);
  });
});
