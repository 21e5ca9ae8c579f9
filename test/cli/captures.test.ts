import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { verdictSchema } from '../../src/audit/report/schema.ts';
import { call, lastLine } from './support/called.ts';

/** Answers of real deployments; they are no part of the project. */
const CAPTURES = fileURLToPath(new URL('../../../shared/fixtures/tdx/', import.meta.url));

describe.skipIf(!existsSync(CAPTURES))('real captures (skipped where ../shared/fixtures is not there)', () => {
  const capture = (name: string): string => join(CAPTURES, name);
  const near = capture('near-mpc-2026-08/public_data.json');

  test('a development image of NEAR is rejected, and nothing else about it', async () => {
    const called = await call(['verify', near, '--at', '1786622400', '--offline', '--only', 'attestation']);
    expect(called).toMatchObject({ exit: 10, stderr: '' });
    expect(lastLine(called)).toMatch(/^REJECTED \(attestation only\): \d+ passed, 1 failed.*; os\.development$/);
    expect(called.stdout).not.toContain('SIMULATED');
    expect(called.stdout).toMatch(/\n {2}PASS {5}quote\.tcb +Intel calls the platform UpToDate\n/);
  });

  test('its collateral has an end', async () => {
    const called = await call(['verify', near, '--at', '2027-01-01', '--offline', '--json']);
    const report = JSON.parse(called.stdout);
    expect(verdictSchema.parse(report)).toEqual(report);
    expect(report.checks.find(({ id }: { id: string }) => id === 'quote.tcb')).toMatchObject({
      state: 'failed',
      exit: 12,
    });
  });

  test('of an agent of Phala the collateral is missing offline, and said to be', async () => {
    const info = capture('phala-dev-0.5.9/real_attestation_info.json');
    const called = await call(['verify', info, '--offline', '--only', 'attestation']);
    expect(called.stderr).toMatch(/^twl: note: no collateral for platform [0-9a-f]{12} \(p[a-z]+\) is kept here\n$/);
    expect(called.stdout).toMatch(/\n {2}PASS {5}eventlog\.replay /);
    expect(called.stdout).toMatch(/\n {2}SKIP {5}quote\.tcb /);
  });

  test.each([
    'dcap-qvl-2025-06/quote.bin',
    'dstack-simulator/attestation.bin',
    'dstack-verifier-report/quote-report.json',
    'dstack-lite/tdx-lite-attestation.json',
    'phala-dev-0.5.9/real_tdx_quote.bin',
    'near-mpc-2026-08/quote.json',
  ])('%s is read or refused, and never breaks the program', async (name) => {
    const { exit, stdout } = await call(['verify', capture(name), '--offline', '--json']);
    expect([10, 11, 12, 13, 20, 30]).toContain(exit);
    const report = JSON.parse(stdout);
    expect(report.exit).toBe(exit);
    for (const { exit: of } of report.checks ?? []) expect(of).not.toBe(1);
  });
});
