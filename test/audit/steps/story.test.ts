import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHECK_IDS } from '../../../src/audit/check-ids.ts';
import { type Story, startStory } from './support/story.ts';

let story: Story;
beforeAll(async () => {
  story = await startStory();
});
afterAll(() => story?.close());

test('with everything good every check of steps 1 to 3 passes but those that inform', async () => {
  const verdict = await story.verdict({
    pin: { TREE_SHA256: story.treeSha256 },
    expected: { treeSha256: { value: story.treeSha256, source: '--tree-sha256' } },
  });
  const open = verdict.checks.filter(({ state }) => state !== 'passed');
  expect(open.map(({ id, summary }) => [id, summary])).toEqual([
    ['freshness', 'the quote answers no number of ours: it shows that this machine ran, not that it still does'],
    ['provenance.rebuild', 'it was not built again: that the commit builds to it is the word of whoever signed'],
    ['source.signature', 'the commit is not signed'],
    ['runtime.receipt', 'there is no receipt of the launcher'],
    ['runtime.logs', 'no logs were given'],
  ]);
  expect(verdict.checks.map(({ id }) => id)).toEqual(CHECK_IDS.filter((id) => !id.startsWith('mpc.')));
  expect(verdict).toMatchObject({ word: 'CONSISTENT', exit: 13, simulated: true });
  expect(verdict.missing).toEqual([expect.stringMatching(/^runtime\.receipt has to be checked: /)]);
  expect(verdict.findings).toEqual([]);
  expect(story.server.requests.length).toBeGreaterThan(0);
});
