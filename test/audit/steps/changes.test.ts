import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changesRun, checkChange, type OneChange } from './support/one-change.ts';
import { type Story, startStory } from './support/story.ts';
import { build } from './tables/build.ts';
import { ADMITTING, compose, twins } from './tables/compose.ts';
import { imposter, source, takenFrom } from './tables/source.ts';

let story: Story;
beforeAll(async () => {
  story = await startStory();
}, 60_000);
afterAll(async () => {
  await story?.close();
  console.info(`changes of steps 1 to 3, each alone: ${changesRun()}`);
});

const TABLES: Readonly<Record<string, readonly OneChange[]>> = {
  'the compose file and app-compose': compose,
  'the build of the launcher': build,
  'the source': source,
};

describe.each(Object.entries(TABLES))('%s', (_, changes) => {
  test.each(changes.map((one) => [one.name, one] as const))('%s', async (_name, one) => {
    await checkChange(story, one);
  });
});

describe('what is changed and harmless stays quiet', () => {
  test.each(twins)('%s', async (_name, change) => {
    const verdict = await story.verdict({ compose: change, policy: ADMITTING });
    expect(verdict.checks.filter(({ state }) => state === 'failed' || state === 'not-bound')).toEqual([]);
    expect(verdict).toMatchObject({ word: 'CONSISTENT', exit: 13 });
    expect(verdict.missing).toEqual([expect.stringMatching(/^runtime\.receipt /)]);
  });
});

describe('a commit that its tag does not name any more', () => {
  test('belongs to the repository where a branch leads to it, and the tag is told of', async () => {
    const { repository } = story;
    const next = await repository.commitAgain({ 'b.txt': 'b\n' });
    await repository.git('update-ref', 'refs/tags/v2', next);
    const verdict = await story.verdict({ compose: takenFrom('refs/tags/v2') });
    expect(verdict.checks.find(({ id }) => id === 'source.reachable')).toMatchObject({ state: 'passed' });
    expect(verdict.findings).toMatchObject([
      { id: 'source.tag-moved', text: `the tag refs/tags/v2 names ${next} now and not ${story.commit}` },
    ]);
  });

  test('a tag that still names it, one that is gone, and a branch: each is told apart', async () => {
    const { repository, commit } = story;
    await repository.git('update-ref', 'refs/tags/v3', commit);
    const ids = async (ref: string) => (await story.verdict({ compose: takenFrom(ref) })).findings.map(({ id }) => id);
    expect(await ids('refs/tags/v3')).toEqual([]);
    expect(await ids('refs/heads/main')).toEqual([]);
    expect(await ids('refs/tags/gone')).toEqual(['source.ref-missing']);
    // A comment that names no branch or tag says nothing.
    expect(await ids('refs/pull/1/head')).toEqual([]);
  });

  test('an imposter has another summary than a moved tag', async () => {
    const commit = await imposter(story, 'refs/pull/3/head');
    const change = { pin: { COMMIT_SHA: commit }, expected: { commit: { value: commit, source: '--commit' } } };
    const { checks } = await story.verdict(change);
    expect(checks.find(({ id }) => id === 'source.reachable')?.summary).toBe(
      'no branch or tag of the repository leads to the commit',
    );
  });
});
