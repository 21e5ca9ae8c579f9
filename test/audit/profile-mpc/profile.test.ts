import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { MPC_POLICY, mpcPolicy } from '../../../src/audit/policy/profiles/mpc.ts';
import { PROFILE_NAMES } from '../../../src/audit/policy/profiles/names.ts';
import { PROFILES } from '../../../src/audit/policy/profiles/profiles.ts';
import { MPC_CHECK_IDS } from '../../../src/audit/profile-mpc/check-ids.ts';
import { readPolicies } from '../../../src/cli/policies.ts';
import { call, lastLine } from '../../cli/support/called.ts';
import { pemChain } from '../../mocks/pem.ts';
import { useScratch } from '../../support/use-scratch.ts';
import { intel, NOW } from '../checks/support.ts';
import { DAY, good, IMAGE, LAUNCHER, measuredSet, OLDER_IMAGE } from './support.ts';

const published = readFileSync(new URL('../../../docs/policies/mpc.toml', import.meta.url), 'utf8');

describe('the policy of the profile', () => {
  test('is the published file', () => {
    expect(published).toBe(MPC_POLICY);
    expect(Object.keys(PROFILES)).toEqual(PROFILE_NAMES);
  });

  test('demands the checks of the contract and the two stricter ones, and states nothing else', () => {
    const { required, ...rest } = mpcPolicy();
    expect(required.map(({ value }) => value)).toEqual([...MPC_CHECK_IDS, 'compose.config-id']);
    expect(required[0]?.source).toBe('policy profile mpc, line 9');
    expect(Object.values(rest).flat()).toEqual([]);
  });

  test('lets whoever has the first word state what it leaves open', () => {
    const scratch = useScratch();
    writeFileSync(
      scratch.join('own.toml'),
      `commit = "${'c0'.repeat(20)}"\nrequired_checks = ["mpc.tcb", "freshness"]\n`,
    );
    const merged = readPolicies([scratch.join('own.toml')], 'mpc');
    expect(merged.commits?.map(({ value }) => value)).toEqual(['c0'.repeat(20)]);
    expect(merged.required.map(({ value }) => value)).toEqual([
      'mpc.tcb',
      'freshness',
      ...MPC_CHECK_IDS.filter((id) => id !== 'mpc.tcb'),
      'compose.config-id',
    ]);
    expect(readPolicies([], 'mpc')).toEqual(mpcPolicy());
    expect(readPolicies([scratch.join('own.toml')]).required).toHaveLength(2);
  });
});

const { keyProviderEventDigest, ...registers } = measuredSet(good);
const ALLOWED = {
  allowed_docker_image_hashes: [
    { image_hash: IMAGE, expiry_timestamp_seconds: null },
    { image_hash: OLDER_IMAGE, expiry_timestamp_seconds: NOW + DAY },
  ],
  allowed_launcher_image_hashes: [LAUNCHER],
  allowed_os_measurements: [{ ...registers, key_provider_event_digest: keyProviderEventDigest }],
};

const save = () => {
  const scratch = useScratch();
  const write = (name: string, content: unknown): string => {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    writeFileSync(scratch.join(name), text);
    return scratch.join(name);
  };
  const { name, mrtd, rtmr1, rtmr2 } = good.osImage;
  const policy = [
    '[[os_image]]',
    ...Object.entries({ name, mrtd, rtmr1, rtmr2 }).map(([key, value]) => `${key} = "${value}"`),
  ];
  const target = write('public_data.json', good.publicData());
  const trust = ['--mock-root', write('root.pem', pemChain([intel.root.der])), '--at', String(NOW)];
  const args = ['verify', target, ...trust, '--policy', write('policy.toml', `${policy.join('\n')}\n`), '--offline'];
  return { write, args };
};

describe('twl verify --profile mpc', () => {
  test('a saved /public_data with the lists of a file: PASSED for the attestation, CONSISTENT as a whole', async () => {
    const { write, args } = save();
    const given = [...args, '--profile', 'mpc', '--allowed', write('lists.json', ALLOWED)];
    const alone = await call([...given, '--only', 'attestation']);
    expect([alone.exit, lastLine(alone)]).toEqual([
      0,
      expect.stringMatching(/^SIMULATED: PASSED \(attestation only\)/),
    ]);
    expect(alone.stdout).toMatch(/\n {2}PASS {5}mpc\.launcher .*\n(?:.*\n)*? {4}from {6}--allowed .*\n/);
    const whole = await call(given);
    expect([whole.exit, lastLine(whole)]).toEqual([13, expect.stringMatching(/^SIMULATED: CONSISTENT /)]);
    expect(whole.stdout).toContain('NOTE     mpc.no-pin: ');
  });

  test("a node's own page, by its address", async () => {
    const { write, args } = save();
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url);
      response.end(JSON.stringify(good.publicData()));
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/public_data`;
    const given = args.slice(2).filter((one) => one !== '--offline');
    const more = ['--profile', 'mpc', '--allowed', write('lists.json', ALLOWED), '--only', 'attestation'];
    const found = await call(['verify', url, ...given, ...more]);
    expect([found.exit, asked], found.stdout + found.stderr).toEqual([0, ['/public_data']]);
  });

  test('the published file with --policy is the same, but for the lists', async () => {
    const { write, args } = save();
    const { stdout, exit } = await call([
      ...args,
      '--policy',
      write('mpc.toml', published),
      '--only',
      'attestation',
      '--json',
    ]);
    const { checks } = JSON.parse(stdout);
    expect(exit).toBe(13);
    expect(checks.find(({ id }: { id: string }) => id === 'mpc.image')).toMatchObject({
      state: 'not-checked',
      required: true,
    });
  });

  test.each([
    [['--allowed', 'x'], '--allowed needs --profile'],
    [['--profile', 'mpc', '--allowed', 'x', '--only', 'source'], '--profile has no effect with --only source'],
    [['--profile', 'mpc', '--only', 'runtime'], '--profile has no effect with --only runtime'],
    [['--profile', 'other'], "option '--profile <name>' argument 'other' is invalid. Allowed choices are mpc"],
    [['--profile', 'mpc', '--profile', 'mpc'], '--profile is given twice'],
    [['--profile', 'mpc', '--allowed', 'x', '--allowed', 'x'], '--allowed is given twice'],
    [['--profile', 'mpc', '--allowed='], '--allowed must not be empty'],
  ])('%j ends with 2', async (more, message) => {
    const { exit, stdout, stderr } = await call(['verify', 'x', ...more]);
    expect([exit, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`twl: error: ${message}`);
  });

  test('a file that is not there ends with 50, one that is no list with 30', async () => {
    const { write, args } = save();
    const of = (path: string) => call([...args, '--profile', 'mpc', '--allowed', path]);
    expect(await of('/nowhere/lists.json')).toMatchObject({
      exit: 50,
      stderr: expect.stringContaining('error: --allowed /nowhere/lists.json: there is no such file'),
    });
    expect(await of(write('bad.json', '{}'))).toMatchObject({
      exit: 30,
      stdout: '',
      stderr: expect.stringMatching(/error: .*bad\.json holds none of the contract's lists\n.*hint: /),
    });
    expect((await of(write('huge.json', ' '.repeat(256 * 1024 + 1)))).stderr).toContain('larger than 262144 bytes');
  });
});
