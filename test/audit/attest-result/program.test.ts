import { createHash } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EXTENSION } from '../../../src/audit/attest-result/statement.ts';
import { call } from '../../cli/support/called.ts';
import { save } from '../../cli/support/saved.ts';
import { jsonOf, savedOnce } from '../bundle/support.ts';
import { LAUNCHER, type Story, startStory } from '../steps/support/story.ts';

let story: Story;
beforeAll(async () => {
  story = await startStory();
});
afterAll(() => story?.close());
const saved = savedOnce(() => story);
const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

test('of a saved file: VERIFIED, SIMULATED, and so FAILED; its subjects are the commit and the image', async () => {
  const kept = await saved();
  const path = kept.scratch.join('result.json');
  const found = await call([...kept.command, '--attest-result', path], { version: '9.8.7' });
  expect([found.exit, found.stderr]).toEqual([0, '']);
  expect(statSync(path).mode & 0o777).toBe(0o644);
  const { subject, predicate } = jsonOf(path);
  expect(subject).toEqual([
    { name: story.source, digest: { gitCommit: story.commit } },
    { name: '127.0.0.1:9/acme/launcher', digest: { sha256: LAUNCHER.digest.slice(7) } },
  ]);
  expect(predicate).toMatchObject({
    verifier: { version: { twl: '9.8.7' } },
    verificationResult: 'FAILED',
    verifiedLevels: ['FAILED', 'SIMULATED', 'TWL_VERIFIED'],
    [EXTENSION]: { verdict: 'VERIFIED', simulated: true },
  });
  expect(predicate.inputAttestations[0]).toEqual({
    name: `bundle ${kept.path}`,
    digest: { sha256: sha256(kept.path) },
  });
  expect(predicate[EXTENSION].expected.policies).toEqual([
    { name: kept.scratch.join('policy.toml'), sha256: sha256(kept.scratch.join('policy.toml')) },
  ]);
  const bundle = jsonOf(kept.path);
  const digests = predicate.inputAttestations.map(({ digest }: { digest: { sha256: string } }) => digest.sha256);
  for (const { text } of [bundle.collateral, bundle.provenance.documents[0]]) {
    expect(digests).toContain(createHash('sha256').update(text).digest('hex'));
  }
});

test('of an answer that is not of the program at all, the answer is the subject', async () => {
  const { scratch, good, info, write } = save();
  const path = scratch.join('result.json');
  const found = await call(['verify', info, ...good, '--offline', '--only', 'attestation', '--attest-result', path]);
  expect(found.exit).toBe(0);
  const { predicate } = jsonOf(path);
  expect(predicate).toMatchObject({
    verificationResult: 'FAILED',
    verifiedLevels: ['FAILED', 'SIMULATED', 'TWL_PASSED'],
    inputAttestations: [
      { name: `saved answer ${info}`, digest: { sha256: sha256(info) } },
      { name: `file ${good[3]}` },
    ],
  });
  const quote = write('quote', Buffer.from(JSON.parse(readFileSync(info, 'utf8')).tcb_info).subarray(0, 0));
  writeFileSync(quote, JSON.stringify({ quote: '00', event_log: '[]' }));
  const broken = await call(['verify', quote, '--offline', '--attest-result', path]);
  expect(broken.exit).not.toBe(0);
  expect(jsonOf(path).subject).toEqual([{ name: `saved answer ${quote}`, digest: { sha256: sha256(quote) } }]);
});

test('is ASCII, and a path that cannot be written to is an error in place of a report', async () => {
  const { scratch, good, write } = save();
  const path = scratch.join('result.json');
  const odd = write('ï\u202e.json', readFileSync(good[3] ?? ''));
  const target = write('quote.json', JSON.stringify({ quote: '00', event_log: '[]' }));
  await call(['verify', target, '--offline', '--collateral', odd, '--attest-result', path]);
  expect(readFileSync(path, 'latin1')).toMatch(/^[\n -~]*$/);
  expect(jsonOf(path).predicate.inputAttestations[1].name).toContain('\u202e');
  const found = await call(['verify', target, '--offline', '--attest-result', `${target}/x`]);
  expect([found.exit, found.stdout]).toEqual([50, '']);
});
