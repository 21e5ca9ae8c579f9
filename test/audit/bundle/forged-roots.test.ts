import { afterAll, beforeAll, expect, test } from 'vitest';
import { sha256Hex } from '../../../src/audit/bundle/sha256.ts';
import { call } from '../../cli/support/called.ts';
import { claimsOf } from '../../mocks-sigstore/claims.ts';
import { Sigstore } from '../../mocks-sigstore/sigstore.ts';
import { DIGEST, FORGE, sigstore, type Story, startStory } from '../steps/support/story.ts';
import { changedBundle, savedOnce } from './support.ts';

let story: Story;
beforeAll(async () => {
  story = await startStory();
});
afterAll(() => story?.close());
const saved = savedOnce(() => story);

const stranger = new Sigstore({ name: 'stranger', uri: 'https://stranger.example' });
const STRANGER = Buffer.from(stranger.root()).toString('utf8');
const STRANGER_SHA256 = sha256Hex(Buffer.from(STRANGER));
// biome-ignore lint/suspicious/noExplicitAny: a test reaches into it anywhere
const withStranger = (bundle: any): void => {
  bundle.roots.sigstore.push({ origin: 'x', sha256: STRANGER_SHA256, text: STRANGER });
};

test.each([
  ['repository', { repository: 'mallory/launcher' }, 'provenance.repository'],
  ['workflow', { workflow: '.github/workflows/evil.yml' }, 'provenance.workflow'],
])('a root that nobody believes hides no other %s', async (_name, claims, id) => {
  const kept = await saved();
  const other = JSON.stringify(sigstore.bundle({ digest: DIGEST, claims: claimsOf({ ...FORGE, ...claims } as never) }));
  const { command } = changedBundle(kept, (bundle) => {
    const [document] = bundle.provenance.documents;
    delete document.base64;
    document.text = other;
    withStranger(bundle);
  });
  const found = await call([...command, '--json']);
  const { verdict, checks } = JSON.parse(found.stdout);
  expect([found.exit, verdict]).toEqual([10, 'REJECTED']);
  expect(checks.find((one: { id: string }) => one.id === id)).toMatchObject({ state: 'failed' });
  expect(found.stdout).not.toContain('nobody vouches for');
  expect(found.stdout).not.toContain('lacksRoot');
});

test('what is signed under that root alone is not made, and says so at the signature', async () => {
  const kept = await saved();
  const { command } = changedBundle(kept, (bundle) => {
    const [document] = bundle.provenance.documents;
    delete document.base64;
    document.text = JSON.stringify(stranger.bundle({ digest: DIGEST, claims: claimsOf(FORGE) }));
    withStranger(bundle);
  });
  const found = await call([...command, '--json']);
  const { verdict, checks } = JSON.parse(found.stdout);
  expect([found.exit, verdict]).toEqual([13, 'CONSISTENT']);
  const of = (id: string) => checks.find((one: { id: string }) => one.id === id);
  expect(of('provenance.bundle')).toMatchObject({
    state: 'not-checked',
    hint: expect.stringContaining(`--root-sha256 ${STRANGER_SHA256}`),
  });
  expect(of('provenance.repository')).toMatchObject({
    state: 'not-checked',
    summary: 'nothing that the bundle says is signed as it has to be',
  });
});
