import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { BUNDLE_SCHEMA } from '../../../src/audit/bundle/schema-id.ts';
import { capture, haveCaptures } from '../collect/captures.ts';
import { useServer, reply } from '../collect/answer-server.ts';
import { call, type Called } from '../../cli/support/called.ts';
import { type Saved, save } from '../../cli/support/saved.ts';
import { commandIn, jsonOf } from './support.ts';

const outcomes = ({ stdout }: Called): unknown => {
  const { verdict, checks, facts } = JSON.parse(stdout);
  return {
    verdict,
    facts,
    checks: checks.map(({ id, state, exit, required }: Record<string, unknown>) => [id, state, exit, required]),
  };
};

/** Saves a target, and checks the bundle alone; what both runs printed. */
const twice = async (saved: Saved, target: string, ...flags: string[]): Promise<{ bundle: string; first: Called }> => {
  const bundle = saved.scratch.join('saved.json');
  const first = await call(['verify', target, ...flags, '--json', '--save', bundle]);
  expect(first.stderr, first.stdout).toContain('twl: saved ');
  const again = await call([...commandIn(first), '--json']);
  expect(outcomes(again)).toEqual(outcomes(first));
  expect(again.exit).toBe(first.exit);
  return { bundle, first };
};

describe('every kind of target comes to the same from the file as when it was saved', () => {
  test.each<[string, (saved: Saved) => string | Uint8Array]>([
    ["an agent's Info", ({ deployment }) => JSON.stringify(deployment.info())],
    ['the same, indented', ({ deployment }) => JSON.stringify(deployment.info(), undefined, 4)],
    ['a quote answer', ({ deployment }) => JSON.stringify(deployment.quoteAnswer())],
    ['a versioned attestation', ({ deployment }) => JSON.stringify(deployment.attestation())],
    ['its bytes', ({ deployment }) => Buffer.from(deployment.attestation().attestation, 'hex')],
    ['the output of phala cvms attestation', ({ deployment }) => deployment.phala()],
    ['public_data of a NEAR MPC node', ({ deployment }) => JSON.stringify(deployment.publicData())],
    ['a raw quote', ({ deployment }) => deployment.quote],
    ['a raw quote in hex', ({ deployment }) => deployment.quote.toString('hex')],
  ])('%s', async (_name, answerOf) => {
    const saved = save();
    const answer = answerOf(saved);
    const target = saved.write('target', answer);
    const { bundle } = await twice(saved, target, ...saved.good, '--offline');
    const kept = jsonOf(bundle);
    expect(kept.schema).toBe(BUNDLE_SCHEMA);
    const bytes = 'text' in kept.answer ? Buffer.from(kept.answer.text) : Buffer.from(kept.answer.base64, 'base64');
    expect(bytes.equals(readFileSync(target))).toBe(true);
    expect(kept.answer.origin).toBe(`saved answer ${target}`);
    expect(kept.target).toBe(target);
  });

  test.each(['attestation', 'provenance', 'source', 'runtime'])('one step alone: %s', async (step) => {
    const saved = save();
    const good =
      step === 'attestation' || step === 'runtime'
        ? saved.good
        : saved.good.filter((word, index, all) => word !== '--collateral' && all[index - 1] !== '--collateral');
    await twice(saved, saved.info, ...good, '--offline', '--only', step);
  });

  test('an address, whose app id is expected again, and whose query is not kept', async () => {
    const saved = save();
    const server = await useServer(() => reply(200, JSON.stringify(saved.deployment.info())));
    const { bundle } = await twice(saved, `${server.url}/info?token=s3cret`, ...saved.good, '--only', 'attestation');
    const kept = readFileSync(bundle, 'utf8');
    expect(kept).not.toContain('s3cret');
    expect(jsonOf(bundle)).toMatchObject({
      target: `${server.url}/info`,
      answer: { origin: `answer of ${server.url}/info` },
    });
  });

  test('receipt and logs of files', async () => {
    const saved = save();
    const receipt = saved.write('receipt.json', '{}');
    const logs = saved.write('logs', Buffer.from([0x61, 0xff, 0x0a]));
    const { bundle } = await twice(saved, saved.info, ...saved.good, '--offline', '--receipt', receipt, '--logs', logs);
    expect(jsonOf(bundle)).toMatchObject({
      receipt: { origin: `receipt ${receipt}`, text: '{}' },
      logs: { origin: `logs ${logs}`, text: 'a\ufffd\n' },
    });
  });

  test('a compose file and a policy are expected from outside each time', async () => {
    const saved = save();
    const compose = saved.write('compose.yml', saved.deployment.options.composeFile ?? 'services: {}\n');
    const { bundle, first } = await twice(saved, saved.info, ...saved.good, '--offline', '--compose', compose);
    expect(commandIn(first)).toContain(compose);
    expect(readFileSync(bundle, 'utf8')).not.toContain('policy.toml');
    const { exit } = await call(['verify', bundle, '--at', String(saved.deployment.intel.now)]);
    expect(exit).not.toBe(0);
  });

  test('an id of the app is expected again', async () => {
    const saved = save();
    const { appId } = saved.deployment;
    const { first } = await twice(saved, saved.info, ...saved.good, '--offline', '--app-id', appId);
    expect(commandIn(first).join(' ')).toContain(`--app-id ${appId}`);
  });

  test.skipIf(!haveCaptures)('a real capture, under the root of Intel, which needs no name', async () => {
    const saved = save();
    const target = saved.write('target', capture('near-mpc-2026-08/public_data.json'));
    const { first } = await twice(saved, target, '--offline', '--at', '2026-08-14');
    expect(commandIn(first)).not.toContain('--root-sha256');
    expect(JSON.parse(first.stdout)).toMatchObject({ simulated: false });
  });
});

test('a bundle is read from a file and from nowhere else, and says so', async () => {
  const saved = save();
  const { bundle } = await twice(saved, saved.info, ...saved.good, '--offline');
  const text = readFileSync(bundle, 'utf8');
  const server = await useServer(() => reply(200, text));
  const found = await call(['verify', `${server.url}/saved.json`, '--only', 'attestation']);
  expect(found.exit, found.stderr).toBe(30);
  expect(found.stderr).toContain('is an evidence bundle, which is read from a file\n');
  expect(found.stderr).toContain('twl: hint: save it to a file, and name that\n');
});

test('--quiet is quiet', async () => {
  const saved = save();
  const bundle = saved.scratch.join('saved.json');
  const found = await call(['verify', saved.info, ...saved.good, '--offline', '--quiet', '--save', bundle]);
  expect(found.stderr).toBe('');
  expect(jsonOf(bundle).schema).toBe(BUNDLE_SCHEMA);
});
