import { spawnSync } from 'node:child_process';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runLauncher } from '../support/run-launcher.ts';
import { save } from './support/saved.ts';

const BIN = fileURLToPath(new URL('../../bin/twl', import.meta.url));
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

const twl = (args: readonly string[], env: Record<string, string> = {}) => runLauncher({ program: 'twl', args, env });

describe('the program itself', () => {
  test.each([
    [['--version'], 0, `twl ${version}\n`, ''],
    [['verfy'], 2, '', "twl: error: unknown command 'verfy'\ntwl: hint: did you mean verify?\n"],
    [
      ['verify', 'x', '--polcy', 'y'],
      2,
      '',
      "twl: error: unknown option '--polcy'\ntwl: hint: did you mean --policy?\n",
    ],
  ])('%j', async (args, code, stdout, stderr) => {
    expect(await twl(args)).toMatchObject({ code, stdout, stderr });
  });

  test('says how it is called', async () => {
    expect(await twl(['--help'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Usage: twl /), stderr: '' });
    expect(await twl([])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^twl: error: a command/),
    });
    expect(await twl(['explain', 'quote.tcb'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^quote\.tcb: /),
    });
  });

  test('ends with 50 for a file that is not there, in either form', async () => {
    expect(await twl(['verify', 'none.json'])).toMatchObject({
      code: 50,
      stdout: '',
      stderr: expect.stringMatching(/^twl: error: .*none\.json.*\ntwl: hint: .*\n$/),
    });
    const json = await twl(['verify', 'none.json', '--json']);
    expect(json).toMatchObject({ code: 50, stderr: '' });
    expect(JSON.parse(json.stdout)).toMatchObject({
      exit: 50,
      error: { message: expect.stringContaining('none.json') },
    });
  });
});

describe('a whole check', () => {
  test('passes, is consistent, or is rejected, and the status says so', async () => {
    const { info, good, deployment } = save();
    const passed = await twl(['verify', info, ...good, '--only', 'attestation']);
    expect(passed).toMatchObject({ code: 0, stderr: '' });
    expect(passed.stdout).toMatch(/\nSIMULATED: PASSED \(attestation only\): .*\n$/);
    expect(await twl(['verify', info, ...good, '--offline'])).toMatchObject({ code: 13 });
    const rejected = await twl(['verify', info, ...good, '--offline', '--app-id', '0a'.repeat(20), '--quiet']);
    expect(rejected).toMatchObject({
      code: 10,
      stdout: expect.stringMatching(/^SIMULATED: REJECTED .*\n$/),
      stderr: '',
    });
    const json = await twl(['verify', info, ...good, '--offline', '--app-id', deployment.appId, '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ exit: 13, verdict: 'CONSISTENT', simulated: true });
  });

  test('reads standard input', async () => {
    const { good, deployment } = save();
    const stdin = JSON.stringify(deployment.info());
    const args = ['verify', '-', ...good, '--only', 'attestation', '--quiet'];
    expect(await runLauncher({ program: 'twl', args, stdin })).toMatchObject({ code: 0, stderr: '' });
    expect(await runLauncher({ program: 'twl', args, stdin: '' })).toMatchObject({ code: 30, stdout: '' });
  });

  test('colours where it is told to, and never a pipe by itself', async () => {
    const { info, good } = save();
    const args = ['verify', info, ...good, '--offline'];
    expect((await twl(args)).stdout).not.toContain('\u001b');
    expect((await twl(args, { FORCE_COLOR: '1' })).stdout).toContain('\u001b[32mPASS');
    expect((await twl(args, { FORCE_COLOR: '0' })).stdout).not.toContain('\u001b');
  });

  test.skipIf(!existsSync('/usr/bin/script'))('colours a terminal, and not where NO_COLOR says so', () => {
    const { info, good } = save();
    const command = [BIN, 'verify', info, ...good, '--offline'].map((word) => `'${word}'`).join(' ');
    const onTerminal = (env: Record<string, string>): string =>
      spawnSync('/usr/bin/script', ['-qec', command, '/dev/null'], {
        env: { PATH: '/usr/bin:/bin', TERM: 'xterm', ...env },
        encoding: 'utf8',
      }).stdout;
    expect(onTerminal({})).toContain('\u001b[32mPASS');
    expect(onTerminal({ NO_COLOR: '1' })).toMatch(/ {2}PASS {5}quote\.parse/);
    expect(onTerminal({ NO_COLOR: '1' })).not.toContain('\u001b[');
  });

  test('stays quiet where the reader of its output goes, and says where it cannot be written', () => {
    const { info, good } = save();
    const command = `'${BIN}' verify '${info}' ${good.map((word) => `'${word}'`).join(' ')} --offline --verbose`;
    const gone = spawnSync('/bin/bash', ['-c', `${command} | true; echo "\${PIPESTATUS[0]}"`], { encoding: 'utf8' });
    expect(gone).toMatchObject({ stdout: '13\n', stderr: '' });
    const full = spawnSync(BIN, ['explain'], {
      stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
      encoding: 'utf8',
    });
    expect(full.status).toBe(50);
    expect(full.stderr).toMatch(/^twl: error: the output cannot be written: ENOSPC/);
  });

  test('is not steered by NODE_OPTIONS', async () => {
    expect(await twl(['--version'], { NODE_OPTIONS: '--require=/none.cjs' })).toMatchObject({ code: 0, stderr: '' });
  });
});

const TIME = '/usr/bin/time';

test.skipIf(!existsSync(TIME))(
  'the whole of step 1, offline, takes little time and memory (skipped without time)',
  () => {
    const { info, good } = save();
    const args = ['verify', info, ...good, '--offline', '--only', 'attestation', '--quiet'];
    const runs = Array.from({ length: 5 }, () => {
      const { stderr } = spawnSync(TIME, ['-f', '%U %S %M', BIN, ...args], { encoding: 'utf8' });
      const [user = Number.NaN, system = Number.NaN, kib = Number.NaN] = stderr.trim().split(' ').map(Number);
      return { ms: (user + system) * 1000, mib: kib / 1024 };
    });
    // Of the processor's time: how long it takes by the clock depends on what else the machine does.
    expect(Math.min(...runs.map(({ ms }) => ms))).toBeLessThanOrEqual(200);
    expect(Math.max(...runs.map(({ mib }) => mib))).toBeLessThanOrEqual(120);
  },
);
