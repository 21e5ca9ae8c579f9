import { mkdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readCommandLine } from '../../src/cli/command-line.ts';
import { call } from './support/called.ts';
import { save } from './support/saved.ts';

const ONLY = ['--only', 'attestation', '--offline'];

describe('the option', () => {
  test('names a file', () => {
    const read = (...args: string[]) => {
      const request = readCommandLine(['verify', 'info.json', ...args], '');
      return request.action === 'verify' ? request.options.html : undefined;
    };
    expect(read('--html', 'page.html')).toBe('page.html');
    expect(read()).toBeUndefined();
    expect(() => read('--html', '')).toThrow('--html must not be empty');
    expect(() => read('--html', '--json')).toThrow('--html lacks its value');
    expect(() => read('--html', 'a', '--html', 'b')).toThrow('--html is given twice');
  });
});

describe('a run with --html', () => {
  test('writes the page beside the report, which stays as it is', async () => {
    const { info, good, scratch } = save();
    const page = scratch.join('page.html');
    const args = ['verify', info, ...good, ...ONLY];
    const without = await call(args);
    const text = await call([...args, '--html', page]);
    expect(text).toEqual(without);
    expect(text.exit).toBe(0);
    const html = readFileSync(page, 'utf8');
    expect(html).toContain('<title>SIMULATED: PASSED, judged for ');
    expect(html).toContain('PASSED (attestation only)');
    const json = await call([...args, '--html', page, '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ verdict: 'PASSED' });
    expect(await call([...args, '--html', page, '--quiet'])).toMatchObject({ exit: 0 });
  });

  test('writes it for a verdict that is not good, too, with its status', async () => {
    const { info, good, scratch } = save();
    const page = scratch.join('page.html');
    const { exit } = await call(['verify', info, ...good, ...ONLY, '--app-id', 'ab'.repeat(20), '--html', page]);
    expect(exit).toBe(10);
    expect(readFileSync(page, 'utf8')).toContain('<title>SIMULATED: REJECTED, judged for ');
  });

  test('is refused before anything is looked at where no page can be put', async () => {
    const { good, scratch } = save();
    const folder = scratch.join('folder');
    mkdirSync(folder);
    const { exit, stdout, stderr } = await call(['verify', '/no/such/info.json', ...good, ...ONLY, '--html', folder]);
    expect({ exit, stdout }).toEqual({ exit: 50, stdout: '' });
    expect(stderr).toBe(
      `twl: error: ${folder} is there already, and no plain file\ntwl: hint: name a file that is not there yet, or one to write over\n`,
    );
  });

  test('that cannot write the page gives its report, and does not end with the status of one that could', async () => {
    const { info, good } = save();
    // Nobody can make a file there, and nothing shows before somebody tries.
    const page = '/proc/page.html';
    const { exit, stdout, stderr } = await call(['verify', info, ...good, ...ONLY, '--html', page]);
    expect([exit, stdout]).toEqual([50, expect.stringContaining('PASSED (attestation only)')]);
    expect(stderr).toMatch(/^twl: error: writing \/proc\/page\.html failed: /);
  });
});
