import { createServer } from 'node:http';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Expectations } from '../../src/audit/expectations.ts';
import { verdictSchema } from '../../src/audit/report/schema.ts';
import { gather } from '../../src/cli/gather.ts';
import type { VerifyRequest } from '../../src/cli/request.ts';
import { useScratch } from '../support/use-scratch.ts';
import { hexOf } from '../audit/checks/support.ts';
import { createIntel } from '../mocks/intel/intel.ts';
import { pemChain } from '../mocks/pem.ts';
import { call, lastLine } from './support/called.ts';
import { save } from './support/saved.ts';

const DAY = 24 * 3600;
const ONLY = ['--only', 'attestation'];

describe('the verdict and its status', () => {
  test('0 PASSED for step 1 alone, all of it', async () => {
    const { info, good, deployment } = save();
    const called = await call(['verify', info, ...good, ...ONLY, '--app-id', deployment.appId]);
    expect(called.exit).toBe(0);
    expect(lastLine(called)).toMatch(/^SIMULATED: PASSED \(attestation only\): \d+ passed(?:, \d+ not checked)?$/);
    expect(called.stderr).toBe('');
    expect(called.stdout).toMatch(/^SIMULATED: the trust root is not Intel's/);
    expect(called.stdout).toContain(`\n  target  ${info}\n  time    2026-09-21T14:13:20Z [from --at]\n`);
    expect(called.stdout).toMatch(/\n {2}PASS {5}app\.id .*\n {4}from {6}--app-id\n/);
    expect(called.stdout.match(/^[^ \n].*$/gm)?.every((line) => line.includes('SIMULATED'))).toBe(true);
  });

  test('13 CONSISTENT without a repository and a commit', async () => {
    const { info, good } = save();
    const called = await call(['verify', info, ...good, '--offline']);
    expect(called.exit).toBe(13);
    expect(lastLine(called)).toMatch(/^SIMULATED: CONSISTENT \(\d+ passed.*\): ./);
    expect(called.stdout).toContain('give --repo and --commit');
  });

  test('13 CONSISTENT without collateral, which a simulated platform has at no service', async () => {
    const { info, root, policy, deployment } = save();
    const args = ['--mock-root', root, '--policy', policy, '--at', String(deployment.intel.now), ...ONLY];
    const called = await call(['verify', info, ...args]);
    expect(called.exit).toBe(13);
    expect(called.stderr).toBe('twl: note: no service knows a simulated platform: give --collateral\n');
    expect(called.stdout).toMatch(/\n {2}SKIP {5}quote\.tcb /);
    expect((await call(['verify', info, ...args, '--quiet'])).stderr).toBe('');
    const offline = await call(['verify', info, ...args, '--offline']);
    expect(offline.exit).toBe(13);
  });

  test('10 REJECTED for another app', async () => {
    const { info, good } = save();
    const called = await call(['verify', info, ...good, ...ONLY, '--app-id', '0a'.repeat(20)]);
    expect(called.exit).toBe(10);
    expect(lastLine(called)).toMatch(/^SIMULATED: REJECTED \(attestation only\): \d+ passed, 1 failed.*; app\.id$/);
    expect(called.stdout).toContain(`    expected  ${'0a'.repeat(20)}\n    found     `);
  });

  test("10 REJECTED for a quote that does not end at Intel's root, which is the one believed by default", async () => {
    const { info, collateral, deployment } = save();
    const called = await call([
      'verify',
      info,
      '--collateral',
      collateral,
      '--at',
      String(deployment.intel.now),
      ...ONLY,
    ]);
    expect(called.exit).toBe(10);
    expect(lastLine(called)).toMatch(/^REJECTED \(attestation only\): .*quote\.signature/);
    expect(called.stdout).not.toMatch(/^SIMULATED/m);
  });

  test('10 REJECTED for a quote that ends at another simulated root', async () => {
    const { info, good, write } = save();
    const other = write('other.pem', pemChain([createIntel({ name: 'Other' }).root.der]));
    const called = await call(['verify', info, ...good.with(1, other), ...ONLY]);
    expect(called.exit).toBe(10);
    expect(lastLine(called)).toMatch(/^SIMULATED: REJECTED/);
  });

  test('11 NOT BOUND where a policy requires what nothing signed covers', async () => {
    const { info, good, write } = save({ mrConfigId: 'zero' });
    const strict = write('strict.toml', 'required_checks = ["compose.config-id"]\n');
    const called = await call(['verify', info, ...good, '--policy', strict, ...ONLY]);
    expect(called.exit).toBe(11);
    expect(lastLine(called)).toMatch(/^SIMULATED: NOT BOUND \(attestation only\): .*; compose\.config-id$/);
  });

  test('12 STALE after the collateral ended', async () => {
    const { info, good, deployment } = save();
    const late = String(deployment.intel.now + 60 * DAY);
    const called = await call(['verify', info, ...good.with(5, late), ...ONLY]);
    expect(called.exit).toBe(12);
    expect(lastLine(called)).toMatch(/^SIMULATED: STALE \(attestation only\): .*; quote\.tcb\b/);
  });

  test('20 UNSUPPORTED for a quote of another version', async () => {
    const { good, deployment, write } = save();
    const answer = deployment.quoteAnswer();
    const quote = Buffer.from(answer.quote, 'hex');
    quote.writeUInt16LE(6, 0);
    const path = write('answer.json', JSON.stringify({ ...answer, quote: quote.toString('hex') }));
    const called = await call(['verify', path, ...good, ...ONLY]);
    expect(called.exit).toBe(20);
    expect(lastLine(called)).toMatch(/^SIMULATED: UNSUPPORTED \(attestation only\): .*; quote\.parse$/);
  });

  test('30 MALFORMED for a quote that is cut', async () => {
    const { good, deployment, write } = save();
    const answer = deployment.quoteAnswer();
    const path = write('answer.json', JSON.stringify({ ...answer, quote: answer.quote.slice(0, 2000) }));
    const called = await call(['verify', path, ...good, ...ONLY]);
    expect(called.exit).toBe(30);
    expect(lastLine(called)).toMatch(/^SIMULATED: MALFORMED \(attestation only\): .*; quote\.parse$/);
  });

  test('40 UNAVAILABLE where the service that was named has no collateral, and all else is still checked', async () => {
    const server = createServer((_, response) => response.writeHead(404).end()).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const { info, good } = save();
    const called = await call(['verify', info, ...good.with(3, url), ...ONLY]);
    expect(called.exit).toBe(40);
    expect(lastLine(called)).toMatch(/^SIMULATED: UNAVAILABLE \(attestation only\): .*; quote\.tcb\b/);
    expect(called.stderr).toMatch(new RegExp(`^twl: asking service ${url} for collateral\ntwl: note: `));
    expect(called.stdout).toMatch(/\n {2}PASS {5}eventlog\.replay /);
  });
});

describe('what ends without a verdict', () => {
  test('2: --mock-root with a file that is none, a policy that loosens, a URL that is none', async () => {
    const { info, root, write } = save();
    const a = write('a.toml', `app_id = "${'0a'.repeat(20)}"\n`);
    const b = write('b.toml', `app_id = "${'0b'.repeat(20)}"\n`);
    for (const args of [
      ['--policy', a, '--policy', b],
      ['--collateral', 'ftp://pccs.example/'],
    ]) {
      const { exit, stdout, stderr } = await call(['verify', info, ...args]);
      expect([exit, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/^(?:twl: asking .*\n)?twl: error: /);
    }
    expect(await call(['verify', 'ftp://app.example', '--mock-root', root])).toMatchObject({ exit: 2, stdout: '' });
  });

  test('30: a file that is no evidence, a policy or collateral that cannot be read', async () => {
    const { info, good, write } = save();
    const bad = write('bad', 'neither TOML nor JSON');
    for (const args of [
      [bad, ...good],
      [info, ...good, '--policy', bad],
      [info, ...good.with(3, bad)],
      [info, ...good.with(1, bad)],
    ]) {
      const { exit, stdout, stderr } = await call(['verify', ...args]);
      expect([exit, stdout]).toEqual([30, '']);
      expect(stderr).toMatch(/^twl: error: .*\n(?:.*\n)*twl: hint: .*\n$/);
    }
  });

  test('50: a file that is not there', async () => {
    const { scratch, info, good } = save();
    const none = scratch.join('none');
    for (const args of [
      [none, ...good],
      [info, ...good, '--compose', none],
      [info, ...good.with(3, none)],
      [info, ...good.with(1, none)],
    ]) {
      const { exit, stdout, stderr } = await call(['verify', ...args]);
      expect([exit, stdout]).toEqual([50, '']);
      expect(stderr).toMatch(/^twl: error: .*none.*\ntwl: hint: .*\n$/);
    }
  });

  test('40: a target that nobody answers for', async () => {
    const server = createServer((_, response) => response.writeHead(404).end()).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const { exit, stdout, stderr } = await call(['verify', url]);
    expect([exit, stdout]).toEqual([40, '']);
    expect(stderr).toMatch(new RegExp(`^twl: asking ${url} for evidence\ntwl: error: `));
    expect((await call(['verify', url, '--quiet'])).stderr).toMatch(/^twl: error: /);
  });
});

describe('the form of the answer', () => {
  test('--json is one document that the schema holds, whatever the verdict', async () => {
    const { info, good } = save();
    for (const more of [[...ONLY], [], [...ONLY, '--app-id', '0a'.repeat(20), '--timings']]) {
      const { exit, stdout } = await call(['verify', info, ...good, ...more, '--json', '--offline']);
      const report = JSON.parse(stdout);
      expect(verdictSchema.parse(report)).toEqual(report);
      expect(report).toMatchObject({ exit, simulated: true, at_source: '--at', target: info });
      expect(report.timings_ms !== null).toBe(more.includes('--timings'));
    }
  });

  test('--quiet is the verdict line', async () => {
    const { info, good } = save();
    const { stdout, stderr } = await call(['verify', info, ...good, '--quiet', '--offline']);
    expect(stdout).toMatch(/^SIMULATED: CONSISTENT \(.*\n$/);
    expect(stderr).toBe('');
  });

  test('--timings and --verbose show more', async () => {
    const { info, good } = save();
    const plain = (await call(['verify', info, ...good, '--offline'])).stdout;
    expect(plain).not.toContain('time taken');
    expect((await call(['verify', info, ...good, '--timings', '--offline'])).stdout).toMatch(
      /\ntime taken \(SIMULATED\)\n +\d/,
    );
    const verbose = (await call(['verify', info, ...good, '--verbose', '--offline'])).stdout;
    expect(verbose.split('\n').length).toBeGreaterThan(plain.split('\n').length);
  });

  test('colour and width are those of the terminal', async () => {
    const { info, good } = save();
    const { stdout } = await call(['verify', info, ...good, '--offline'], { terminal: { color: true, width: 60 } });
    expect(stdout).toContain('\u001b[32mPASS');
    const plain = await call(['verify', info, ...good, '--offline'], { terminal: { color: false, width: 60 } });
    expect(plain.stdout).not.toContain('\u001b');
    expect(plain.stdout).not.toBe((await call(['verify', info, ...good, '--offline'])).stdout);
  });

  test('without --at it is judged now', async () => {
    const { info, good } = save();
    const before = Math.floor(Date.now() / 1000);
    const { stdout } = await call(['verify', info, ...good.toSpliced(4, 2), '--json', '--offline']);
    const report = JSON.parse(stdout);
    expect(report.at_source).toBe('the clock of this machine');
    expect(Date.parse(report.at) / 1000).toBeGreaterThanOrEqual(before);
    expect(Date.parse(report.at) / 1000).toBeLessThanOrEqual(Date.now() / 1000);
  });
});

describe('what is said beside the result', () => {
  test('what an answer leaves out', async () => {
    const { deployment, good, write } = save();
    const quote = write('quote.bin', deployment.quote);
    const { stderr } = await call(['verify', quote, ...good, '--offline']);
    expect(stderr).toMatch(/^twl: note: .*quote\.bin is a quote and nothing else: .*\n$/);
    expect((await call(['verify', quote, ...good, '--json', '--offline'])).stderr).toBe(stderr);
    expect((await call(['verify', quote, ...good, '--quiet', '--offline'])).stderr).toBe('');
  });

  test('that nothing is kept of a platform, where nothing may be fetched', async () => {
    const { info } = save();
    const { stderr, stdout } = await call(['verify', info, '--offline', '--only', 'attestation']);
    expect(stderr).toMatch(/^twl: note: no collateral for platform [0-9a-f]{12} \(platform\) is kept here\n$/);
    // It stands on quote.signature, whose root is not Intel's: the report may tell of it beside that.
    expect(stdout).toMatch(/\bquote\.tcb\b/);
    expect(stdout).not.toMatch(/\n {2}PASS {5}quote\.tcb /);
  });

  test('nothing of a quote that is not there or cannot be read: its check says so', async () => {
    const { deployment, root, write } = save();
    const { quote, ...rest } = deployment.quoteAnswer();
    for (const answer of [
      { ...rest, quote: 'zz' },
      { ...rest, quote: quote.slice(0, 2000) },
    ]) {
      const path = write('answer.json', JSON.stringify(answer));
      const { exit, stderr } = await call([
        'verify',
        path,
        '--mock-root',
        root,
        '--collateral',
        'http://127.0.0.1:9/',
        '--only',
        'attestation',
      ]);
      expect(exit).toBe(30);
      expect(stderr).not.toContain('twl: error');
    }
  });
});

describe('collateral', () => {
  test('that the target brought along is used, unless other is named', async () => {
    const { deployment, root, policy, write, collateral } = save();
    const path = write('public_data.json', JSON.stringify(deployment.publicData()));
    const args = ['--mock-root', root, '--policy', policy, '--at', String(deployment.intel.now), ...ONLY, '--json'];
    const brought = JSON.parse((await call(['verify', path, ...args])).stdout);
    expect(brought.checks.find(({ id }: { id: string }) => id === 'quote.tcb')).toMatchObject({
      state: 'passed',
      origins: [expect.anything(), expect.stringContaining('public_data.json')],
    });
    const named = JSON.parse((await call(['verify', path, ...args, '--collateral', collateral])).stdout);
    expect(named.checks.find(({ id }: { id: string }) => id === 'quote.tcb')).toMatchObject({
      state: 'passed',
      origins: [expect.anything(), `file ${collateral}`],
    });
  });

  test('that was kept is used offline where it is newer than what the target brought along', async () => {
    const { deployment, write } = save();
    const target = write('public_data.json', JSON.stringify(deployment.publicData()));
    const cache = useScratch().path;
    vi.stubEnv('XDG_CACHE_HOME', cache);
    onTestFinished(() => void vi.unstubAllEnvs());
    const folder = join(cache, 'trusted-workload-launcher/collateral');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { intel } = deployment;
    const used = async (keptAt: number): Promise<string | undefined> => {
      const kept = { source: 'https://pccs.example/', collateral: intel.collateral({ now: keptAt }) };
      writeFileSync(join(folder, `${hexOf(intel.platform.fmspc)}-platform.json`), JSON.stringify(kept));
      const request = { target, offline: true, only: 'attestation' } as VerifyRequest;
      const expectations = { now: { value: intel.now, source: '--at' } } as Expectations;
      return (await gather(request, expectations, () => undefined)).collateral?.origin;
    };
    expect(await used(intel.now + 1000)).toBe('cache, from https://pccs.example/');
    expect(await used(intel.now - 1000)).toContain('public_data.json');
  });

  test('is not asked for where the step that needs it was not', async () => {
    const { info, root } = save();
    const { stderr } = await call(['verify', info, '--mock-root', root, '--only', 'runtime']);
    expect(stderr).toBe('');
  });
});
