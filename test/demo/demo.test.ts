import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeScratch } from '../support/scratch.ts';
import { type DemoRun, runDemo } from './run-demo.ts';

const scratch = makeScratch();
const out = scratch.join('demo-out');
const trace = scratch.join('connections');
const hasStrace = spawnSync('strace', ['-o', '/dev/null', 'true'], { stdio: 'ignore' }).status === 0;
const STRACE = ['strace', '-f', '--seccomp-bpf', '-qq', '-e', 'trace=connect,sendto', '-o', trace];

let run: DemoRun;
beforeAll(async () => {
  run = await runDemo([out], hasStrace ? STRACE : []);
}, 120_000);

describe('npm run demo', () => {
  test('ends with 0 within a minute: VERIFIED, then VERIFIED again without a network, then REJECTED', () => {
    expect(run.code, run.output).toBe(0);
    expect(run.durationMs).toBeLessThan(60_000);
    const verdicts = [...run.stdout.matchAll(/^\| SIMULATED: ([A-Z ]+) \(.*$/gm)];
    expect(verdicts.map(([, word]) => word)).toEqual(['VERIFIED', 'VERIFIED', 'REJECTED']);
    expect(verdicts[2]?.[0]).toMatch(/1 failed, .*: source\.reachable$/);
    expect(run.stdout).toMatch(
      /^\| {3}FAIL {5}source\.reachable {2,}no branch or tag of the repository leads to the commit$/m,
    );
  });

  test('tells its story with the real programs', () => {
    const commands = [...run.stdout.matchAll(/^\$ (\S+(?: (?:pin|lint|verify))?)/gm)].map(([, command]) => command);
    const honest = ['twl pin', 'twl lint', 'trusted-workload-launcher', 'twl verify', 'twl verify'];
    expect(commands).toEqual([...honest, 'twl pin', 'trusted-workload-launcher', 'twl verify']);
    expect(run.stdout).toMatch(/^\| and the winner is \.\.\. [a-z]+$/m);
    expect(run.stdout).toMatch(/^\| CLEAN \(/m);
    const headings = [...run.stdout.matchAll(/^(\d)\. (\w+)/gm)].map(([, number, word]) => `${number} ${word}`);
    expect(headings).toEqual(['1 Pin', '2 Lint', '3 Launch', '4 Verify', '5 Keep', '6 Attack', '7 What']);
  });

  test('keeps the files that it names, and all that is pretended says SIMULATED', () => {
    const list = run.stdout.slice(run.stdout.indexOf('What is kept'));
    const names = [...list.matchAll(/^([\w./-]+) {2,}\S/gm)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(6);
    for (const name of names) expect(existsSync(`${out}/${name}`), name).toBe(true);
    for (const name of ['honest/report.txt', 'honest/report.html', 'attack/report.html', 'attack/report.txt']) {
      expect(readFileSync(`${out}/${name}`, 'utf8'), name).toContain('SIMULATED');
    }
    const whole = readFileSync(`${out}/honest/report.txt`, 'utf8').trimEnd().split('\n');
    expect(whole.at(-1)).toMatch(/^SIMULATED: VERIFIED \(/);
    expect(run.stdout).toContain(`| ${whole.at(-1)}\n`);
  });

  test.skipIf(!hasStrace)('contacts nobody but this machine', () => {
    const calls = readFileSync(trace, 'utf8').split('\n');
    const inet = calls.filter((line) => line.includes('AF_INET'));
    expect(inet.length).toBeGreaterThan(10);
    expect(inet.filter((line) => !/inet_addr\("127\.0\.0\.1"\)/.test(line))).toEqual([]);
  });

  test('replaces its own folder, and leaves alone what is not its own', async () => {
    const other = scratch.join('mine');
    mkdirSync(other);
    writeFileSync(`${other}/thesis.txt`, 'years of work');
    const refused = await runDemo([other]);
    expect(refused.code).toBe(1);
    expect(refused.output).toContain('holds files that are not of an earlier run of the demo');
    expect(readFileSync(`${other}/thesis.txt`, 'utf8')).toBe('years of work');
  });
});
