import { describe, expect, test } from 'vitest';
import { CHECK_IDS } from '../../src/audit/check-ids.ts';
import { CliError } from '../../src/cli/errors.ts';
import { wantsJson } from '../../src/cli/run.ts';
import { useScratch } from '../support/use-scratch.ts';
import { call } from './support/called.ts';
import { save } from './support/saved.ts';

test('help and version go to standard output', async () => {
  expect(await call(['--version'])).toEqual({ exit: 0, stdout: 'twl 1.2.3\n', stderr: '' });
  expect(await call(['--help'])).toMatchObject({ exit: 0, stdout: expect.stringMatching(/^Usage: twl /), stderr: '' });
});

test('a mistake in the command line goes to standard error', async () => {
  expect(await call(['verfy'])).toEqual({
    exit: 2,
    stdout: '',
    stderr: "twl: error: unknown command 'verfy'\ntwl: hint: did you mean verify?\n",
  });
});

describe('explain', () => {
  test('lists every check', async () => {
    const { exit, stdout } = await call(['explain']);
    expect(exit).toBe(0);
    for (const id of CHECK_IDS) expect(stdout).toContain(`\n  ${id} `);
  });

  test.each(CHECK_IDS)('explains %s', async (id) => {
    const { exit, stdout } = await call(['explain', id]);
    expect(exit).toBe(0);
    expect(stdout.startsWith(`${id}: `)).toBe(true);
    for (const label of ['step', 'proves', 'from', 'assumes', 'citation', 'required']) {
      expect(stdout).toMatch(new RegExp(`\n  ${label.padEnd(10)}[^ ]`));
    }
  });

  test('knows no other', async () => {
    expect(await call(['explain', 'quote.tbc'])).toEqual({
      exit: 2,
      stdout: '',
      stderr: "twl: error: there is no check 'quote.tbc'\ntwl: hint: did you mean quote.tcb?\n",
    });
  });
});

describe('policy', () => {
  test('init writes a policy of which nothing counts yet, which is none until somebody takes a # away', async () => {
    const { info, deployment, write } = save();
    const { exit, stdout, stderr } = await call(['policy', 'init', info]);
    expect([exit, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`\n# app_id = "${deployment.appId}"\n`);
    expect(stdout).toContain(`\n# mrtd = "${deployment.osImage.mrtd}"\n`);
    const path = write('first.toml', stdout);
    expect(await call(['policy', 'check', path])).toEqual({
      exit: 30,
      stdout: '',
      stderr: expect.stringMatching(/^twl: error: the policy .*first\.toml states nothing\ntwl: hint: .*#.*\n$/),
    });
    const whole = write('whole.toml', stdout.replace(/^# /gm, ''));
    const checked = await call(['policy', 'check', whole]);
    expect(checked.exit).toBe(0);
    expect(checked.stdout).toContain(`\napp id, one of\n  ${deployment.appId}\n    from `);
    expect(checked.stdout).toContain('\nOS image, one of\n');
  });

  test('init of what is no evidence', async () => {
    expect(await call(['policy', 'init', useScratch().join('none')])).toMatchObject({ exit: 50, stdout: '' });
  });

  test('check of what is no policy', async () => {
    const { info } = save();
    expect(await call(['policy', 'check', info])).toMatchObject({ exit: 30, stdout: '' });
  });
});

describe('--json', () => {
  test.each([
    [['--json'], true],
    [['verify', 'x', '--json'], true],
    [['verify', '--json', '--', 'x'], true],
    [['verify', '--', '--json'], false],
    [['verify', 'x'], false],
    [[], false],
  ])('in %j: %s', (args, wanted) => {
    expect(wantsJson(args)).toBe(wanted);
  });

  test('has errors on standard output, and only there', async () => {
    const { exit, stdout, stderr } = await call(['verify', 'x', '--json', '--polcy', 'y']);
    expect(JSON.parse(stdout)).toEqual({
      error: { code: 'usage', message: "unknown option '--polcy'", hint: 'did you mean --policy?' },
      exit: 2,
    });
    expect([exit, stderr]).toEqual([2, '']);
    const none = await call(['verify', useScratch().join('none'), '--json']);
    expect(JSON.parse(none.stdout)).toMatchObject({ error: { message: expect.stringContaining('none') }, exit: 50 });
    expect(none).toMatchObject({ exit: 50, stderr: '' });
  });
});

describe('what goes wrong in the program itself', () => {
  const broken = {
    print: () => {
      throw new TypeError('no such thing');
    },
  };

  test('is one line and 1', async () => {
    expect(await call(['--version'], broken)).toEqual({
      exit: 1,
      stdout: '',
      stderr:
        'twl: error: internal error: no such thing\ntwl: hint: please report this; TWL_DEBUG=1 shows where it happened\n',
    });
  });

  test('shows where it happened when asked', async () => {
    const { stderr } = await call(['--version'], { ...broken, debug: true });
    expect(stderr).toMatch(/\n {2}TypeError: no such thing\n {6}at /);
    const json = await call(['verfy', '--json'], { debug: true });
    expect(json.stderr).toMatch(/\n {2}CliError: unknown command/);
    expect(JSON.parse(json.stdout)).toMatchObject({ exit: 2 });
  });

  test('as a result that cannot be written', async () => {
    const full = {
      print: () => {
        throw new CliError('output-failed', 'the output cannot be written: ENOSPC', { hint: 'h' });
      },
    };
    const text = 'twl: error: the output cannot be written: ENOSPC\ntwl: hint: h\n';
    expect(await call(['--help'], full)).toEqual({ exit: 50, stdout: '', stderr: text });
    expect(await call(['verfy', '--json'], full)).toEqual({ exit: 2, stdout: '', stderr: text });
  });
});
