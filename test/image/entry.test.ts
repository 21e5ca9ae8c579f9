import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { entryScript, steersFunction } from '../../scripts/image/entry.ts';
import { STEERING_FAMILIES, STEERING_NAMES } from '../../src/pin/environment-table.ts';
import { steersCode } from '../../src/pin/environment.ts';
import { useScratch } from '../support/use-scratch.ts';
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

describe('what the entry script starts Node with', () => {
  /** The script with a program in the place of busybox that prints its arguments; any POSIX shell with `read -d` will do. */
  const start = async (program: string, env: Record<string, string>) => {
    const scratch = useScratch();
    const show = scratch.join('show');
    writeFileSync(show, '#!/bin/bash\nprintf "%s\\0" "$@"\n', { mode: 0o755 });
    writeFileSync(scratch.join(program), text.replace('/usr/bin/busybox ROOT', `${show} ROOT`));
    const { code, stdout, stderr } = await runCommand('bash', ['--posix', '-p', scratch.join(program)], { env });
    const args = stdout.split('\0').slice(0, -1);
    expect(args.slice(0, 3)).toEqual(['env', '-i', '--']);
    const at = args.indexOf('MALLOC_ARENA_MAX=1');
    return { code, stderr, env: args.slice(3, at).sort(), aside: args.at(at + 7) };
  };
  const LAUNCHER = 'trusted-workload-launcher';

  test('the launcher: what steers is set aside and named, all else as it is', async () => {
    expect(await start(LAUNCHER, { PLAIN: 'a=b ', 'a,b': '1', LD_X: '1', GSS_MECH_CONFIG: '/x' })).toEqual({
      code: 0,
      stderr: '',
      env: ['PLAIN=a=b ', 'TWL_SET_ASIDE_GSS_MECH_CONFIG=/x', 'TWL_SET_ASIDE_LD_X=1', 'a,b=1'],
      aside: expect.stringMatching(/^(?:LD_X,GSS_MECH_CONFIG|GSS_MECH_CONFIG,LD_X)$/),
    });
  });

  test('names that could be taken for one that was set aside, or for two, are dropped, and their number is said', async () => {
    const refused = { TWL_SET_ASIDE_LD_X: 'mine', TWL_SET_ASIDE_: '', 'LD_A,B': '1', 'BASH_FUNC_x,y%%': '() { :; }' };
    expect(await start(LAUNCHER, { ...refused, LD_X: 'theirs', TWL_SET_ASIDE: 'kept' })).toEqual({
      code: 0,
      stderr:
        '[trusted-workload-launcher] dropped from the environment: 4 by names that begin with TWL_SET_ASIDE_, or that steer code and have a comma\n',
      env: ['TWL_SET_ASIDE=kept', 'TWL_SET_ASIDE_LD_X=theirs'],
      aside: 'LD_X',
    });
  });

  test('programs without a workload: what loads code is dropped, nothing is set aside', async () => {
    const { env, stderr } = await start('twl-attest', { LD_X: '1', GSS_MECH_CONFIG: '/x', TWL_SET_ASIDE_X: '1' });
    expect({ env, stderr }).toEqual({ env: ['GSS_MECH_CONFIG=/x', 'TWL_SET_ASIDE_X=1'], stderr: '' });
  });
});
