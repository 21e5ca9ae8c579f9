import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { call } from '../cli/support/called.ts';
import { makeScratch } from '../support/scratch.ts';
import { runDemo } from './run-demo.ts';

const path = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const SCRIPT = path('examples/audit-cron/audit.sh');
const CRONTAB = readFileSync(path('examples/audit-cron/crontab'), 'utf8');
const scratch = makeScratch();
const out = scratch.join('demo-out');
const folder = scratch.join('audit');
/** What step 1 needs, too. */
const ROOTS = [
  ...['--policy', `${out}/auditor/policy.toml`],
  ...['--collateral', `${out}/auditor/simulated-collateral.json`],
  ...['--mock-root', `${out}/auditor/simulated-intel-root.pem`],
];
let evidence: string[];

/** The parts of the demo's evidence bundle that are taken out here. */
interface Kept {
  answer: { text: string };
  attest: { text: string };
  provenance: { documents: { text: string }[] };
}

beforeAll(async () => {
  const run = await runDemo([out]);
  expect(run.code, run.output).toBe(0);
  const pin = readFileSync(`${out}/honest/deploy/launcher.conf`, 'utf8');
  const of = (key: string): string => new RegExp(`^${key}=(.*)$`, 'm').exec(pin)?.[1] ?? '';
  const { answer, attest, provenance } = JSON.parse(readFileSync(`${out}/honest/evidence.json`, 'utf8')) as Kept;
  const write = (name: string, { text }: { text: string }): string => {
    writeFileSync(scratch.join(name), text);
    return scratch.join(name);
  };
  evidence = [
    ...[write('info.json', answer), '--attest', write('attest.json', attest), '--offline'],
    ...['--repo', of('REPO_URL'), '--commit', of('COMMIT_SHA'), '--source', `${out}/prize-draw.git`],
    ...['--bundle', write('bundle.json', provenance.documents[0]!)],
    ...['--trusted-root', `${out}/auditor/simulated-sigstore-root.json`, ...ROOTS],
  ];
}, 120_000);

/** The script with the real program. */
const audit = (args: readonly string[], env: Record<string, string> = {}) => {
  const { status, stdout, stderr } = spawnSync('bash', [SCRIPT, ...args], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', HOME: scratch.path, TWL: path('bin/twl'), ...env },
  });
  return { status, stdout, stderr };
};
const REHEARSAL = { AUDIT_SIMULATED: '1' };
const kept = (): string[] => readdirSync(folder).filter((name) => /\.(json|txt)$/.test(name));

describe('audit.sh', () => {
  test('is silent where the deployment is VERIFIED, and keeps its evidence', async () => {
    expect(audit([folder, ...evidence], REHEARSAL)).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(kept().sort()).toEqual(['progress.txt', 'verified.json', 'verified.txt']);
    expect(readFileSync(`${folder}/verified.txt`, 'utf8')).toContain('VERIFIED (');
    expect((await call(['verify', `${folder}/verified.json`, '--offline', '--json'])).stdout).toContain('"checks"');
  });

  test('SIMULATED is not VERIFIED', () => {
    const { status, stderr } = audit([folder, ...evidence]);
    expect(status).toBe(13);
    expect(stderr).toMatch(/AUDIT FAILED at .*: SIMULATED: VERIFIED \(.*exit status 13; kept as .*\/failed-/);
  });

  test('a step alone is not VERIFIED', () => {
    const { status, stderr } = audit([folder, ...evidence.slice(0, 4), ...ROOTS, '--only', 'attestation'], REHEARSAL);
    expect([status, stderr.includes('PASSED (attestation only)')]).toEqual([13, true]);
  });

  test('another commit is printed in full, with its status', () => {
    const before = kept();
    const other = evidence.map((word) => (/^[0-9a-f]{40}$/.test(word) ? 'c0'.repeat(20) : word));
    const { status, stdout, stderr } = audit([folder, ...other], REHEARSAL);
    expect([status, stdout]).toEqual([10, '']);
    expect(stderr).toMatch(/FAIL {5}source\.pin/);
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^AUDIT FAILED at \S+: REJECTED \(.*source\.pin/);
    const failed = kept().filter((name) => !before.includes(name));
    expect(failed.map((name) => name.replace(/failed-[\dTZ-]+/, 'failed')).sort()).toEqual([
      'failed.json',
      'failed.txt',
    ]);
    // What was VERIFIED before is still there.
    expect(kept()).toContain('verified.json');
  });

  test.each<[string, string[], Record<string, string>, number, RegExp]>([
    ['no program', ['/none.json'], { TWL: '/nonexistent/twl' }, 127, /AUDIT FAILED .*no verdict/],
    ['an answer that is not there', ['/none.json'], {}, 50, /ENOENT[\s\S]*AUDIT FAILED/],
    ['a wrong call', ['/none.json', '--none'], {}, 2, /AUDIT FAILED/],
  ])('%s is no silence', (_name, args, env, status, message) => {
    const ended = audit([scratch.join('other'), ...args], env);
    expect([ended.status, ended.stdout]).toEqual([status, '']);
    expect(ended.stderr).toMatch(message);
  });

  test('a call without a target, a folder that cannot be, and an audit that still runs', () => {
    expect(audit([folder])).toMatchObject({ status: 2, stderr: expect.stringContaining('usage: audit.sh') });
    expect(audit(['/dev/null/x', 'y'])).toMatchObject({ status: 50, stderr: expect.stringContaining('AUDIT FAILED') });
    const held = spawnSync('flock', [`${folder}/lock`, 'bash', SCRIPT, folder, 'x'], { encoding: 'utf8' });
    expect(held.status).toBe(50);
    expect(held.stderr).toContain('an earlier audit has not ended');
  });
});

test('the crontab calls the script as it wants to be called', () => {
  const lines = CRONTAB.split('\n').filter((line) => /^\d/.test(line));
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(
    /^17 \* \* \* \* \S+\/audit\.sh \S+ https:\S+ --attest \S+ --nonce random --repo \S+ --commit \S+ --policy \S+$/,
  );
  // cron takes a percent sign for the end of the command.
  for (const line of lines) expect(line).not.toContain('%');
  expect(
    spawnSync('bash', ['-n'], {
      input: lines.map((line) => line.split(' ').slice(5).join(' ').replaceAll(/<\w+>/g, 'x')).join('\n'),
    }).status,
  ).toBe(0);
});
