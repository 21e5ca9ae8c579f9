import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readCommandLine } from '../../src/cli/command-line.ts';
import { LAUNCHER, OTHER, PIN, recommended } from '../compose/support.ts';
import { useScratch } from '../support/use-scratch.ts';
import { call, lastLine } from './support/called.ts';

const save = (name: string, text: string): string => {
  const path = useScratch().join(name);
  writeFileSync(path, text);
  return path;
};

describe('the command line', () => {
  test.each([
    [['a.yml'], { file: 'a.yml', policies: [], json: false }],
    [['a.yml', '--json'], { file: 'a.yml', policies: [], json: true }],
    [['--policy', 'p', 'a', '--policy', 'q'], { file: 'a', policies: ['p', 'q'], json: false }],
    [['--', '-a'], { file: '-a', policies: [], json: false }],
  ])('%j', (args, options) => {
    expect(readCommandLine(['lint', ...args], '1')).toEqual({ action: 'lint', options });
  });

  test.each([
    [[], "missing required argument 'file'"],
    [[''], 'FILE must not be empty'],
    [['a', 'b'], "too many arguments for 'lint'"],
    [['a', '--policy='], '--policy must not be empty'],
    [['a', '--policy', '--policy'], '--policy lacks its value'],
    [['a', '--out', 'b'], "unknown option '--out'"],
  ])('not %j', async (args, message) => {
    const { exit, stdout, stderr } = await call(['lint', ...args]);
    expect([exit, stdout]).toEqual([2, '']);
    expect(stderr.startsWith(`twl: error: ${message}`)).toBe(true);
    expect(stderr).toMatch(/\ntwl: hint: .*\n$/);
  });

  test('a switch is given once', async () => {
    const { exit, stdout } = await call(['lint', 'a', '--json', '--json']);
    expect(exit).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'usage', message: '--json is given twice' } });
  });

  test('help names each option and each exit status', async () => {
    const { stdout } = await call(['lint', '--help']);
    for (const name of ['<file>', '--policy', '--json']) expect(stdout).toContain(` ${name}`);
    for (const exit of [0, 1, 2, 10, 11, 13, 30, 50]) expect(stdout).toMatch(new RegExp(`[ \\n]${exit} `));
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

describe('a file', () => {
  test.each([
    ['a.conf', `${PIN.join('\n')}\n`, 0, 'CLEAN (2 passed, 11 not applicable)'],
    ['a.conf', 'A=b\n', 30, 'MALFORMED (0 passed, 1 failed, 1 not checked, 11 not applicable): compose.pin'],
    ['a.yml', recommended(), 0, 'CLEAN (12 passed, 1 not applicable)'],
    ['a.yml', recommended(['user: "0"']), 10, 'REJECTED (11 passed, 1 failed, 1 not applicable): compose.override'],
    [
      'a.yml',
      recommended([], [], ['A=b']),
      30,
      'MALFORMED (9 passed, 1 failed, 2 not checked, 1 not applicable): compose.pin',
    ],
  ])('%s', async (name, text, exit, line) => {
    const called = await call(['lint', save(name, text)]);
    expect(called).toMatchObject({ exit, stderr: '' });
    expect(lastLine(called)).toBe(line);
  });

  test('is coloured and as wide as the terminal', async () => {
    const path = save('a.yml', recommended());
    const { stdout } = await call(['lint', path], { terminal: { color: true, width: 100 } });
    expect(stdout).toContain('\u001b[32mCLEAN');
    expect(stdout.split('\n').some((line) => line.length > 85)).toBe(true);
  });

  test('as JSON, findings and errors', async () => {
    const rejected = await call(['lint', '--json', save('a.yml', recommended(['user: "0"']))]);
    expect(rejected).toMatchObject({ exit: 10, stderr: '' });
    expect(JSON.parse(rejected.stdout)).toMatchObject({
      schema: 'trusted-workload-launcher/lint/v1',
      exit: 10,
      findings: [{ id: 'compose.override', line: 12 }],
    });
    const none = await call(['lint', '--json', save('a.txt', 'hello\n')]);
    expect(none).toMatchObject({ exit: 30, stderr: '' });
    expect(JSON.parse(none.stdout)).toMatchObject({ error: { code: 'not-recognised' }, exit: 30 });
  });

  test('that is not there, is a folder, is too large or is nothing that is known', async () => {
    const scratch = useScratch();
    expect(await call(['lint', scratch.join('none')])).toEqual({
      exit: 50,
      stdout: '',
      stderr: `twl: error: FILE ${scratch.join('none')}: there is no such file\ntwl: hint: check the path that was given\n`,
    });
    expect(await call(['lint', scratch.path])).toMatchObject({ exit: 50, stdout: '' });
    expect(await call(['lint', save('big', '#'.repeat(4 * 1024 * 1024 + 1))])).toMatchObject({
      exit: 30,
      stderr: expect.stringContaining('larger than 4194304 bytes'),
    });
    const path = save('a.txt', 'hello\n');
    expect(await call(['lint', path])).toEqual({
      exit: 30,
      stdout: '',
      stderr:
        `twl: error: ${path}: no config, no compose file and no app-compose\n` +
        'twl: hint: a config begins with KEY=VALUE, a compose file with services:, an app-compose with {\n',
    });
    expect(await call(['lint', save('b.yml', 'services:\n\ta: b\n')])).toMatchObject({
      exit: 30,
      stdout: '',
      stderr: expect.stringMatching(/^twl: error: .*b\.yml:2: .*\ntwl: hint: .*\n$/),
    });
  });

  test('with a policy, which must be one', async () => {
    const path = save('a.yml', recommended());
    expect(await call(['lint', path, '--policy', save('p.toml', '')])).toMatchObject({ exit: 30, stdout: '' });
    expect(await call(['lint', path, '--policy', save('p.toml', 'x = 1\n')])).toMatchObject({ exit: 30, stdout: '' });
    expect(await call(['lint', path, '--policy', useScratch().join('none')])).toMatchObject({ stdout: '', exit: 50 });
    const named = save('named.toml', `[[launcher]]\ndigest = "${LAUNCHER}"\n`);
    const { stdout, exit } = await call(['lint', path, '--policy', named]);
    expect(exit).toBe(0);
    expect(stdout).toMatch(/\n {2}from {6}.*named\.toml/);
    const other = save('other.toml', `[[launcher]]\ndigest = "${OTHER}"\n`);
    expect(await call(['lint', path, '--policy', other])).toMatchObject({ exit: 10 });
  });
});
