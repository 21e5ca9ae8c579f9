// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is compose that expands them
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditEvidence } from '../../../src/audit/evidence.ts';
import { partValue } from '../../../src/evidence/evidence.ts';
import type { SourceFacts } from '../../../src/audit/source/facts.ts';
import { broken } from '../checks/support.ts';
import { type Change, IMAGE, REPO_URL, type Story, startStory } from '../steps/support/story.ts';

let story: Story;
beforeAll(async () => {
  story = await startStory();
});
afterAll(() => story?.close());

/** The evidence of a deployment and all that it leads to, with the lines of progress. */
const gather = async (change: Change = {}): Promise<AuditEvidence & { readonly lines: readonly string[] }> => {
  const lines: string[] = [];
  const deployment = story.deploy(change);
  const expectations = story.expectations(deployment, change);
  const evidence = await story.gather(deployment, expectations, {
    ...change,
    follow: { note: (line) => lines.push(line), ...change.follow },
  });
  return { ...evidence, lines };
};

const factsOf = ({ source }: AuditEvidence): SourceFacts => partValue(source!);
const parts = ({ provenance, source }: AuditEvidence): boolean[] => [provenance !== undefined, source !== undefined];

describe('each step asks for its own', () => {
  test.each<[Change['expected'], boolean[]]>([
    [{}, [true, true]],
    [{ only: 'provenance' }, [true, false]],
    [{ only: 'source' }, [false, true]],
    [{ only: 'runtime' }, [false, false]],
  ])('%j', async (expected, found) => {
    expect(parts(await gather({ expected: expected ?? {} }))).toEqual(found);
  });
});

describe('the source', () => {
  test('is had from where the auditor said, and its origin says so', async () => {
    const evidence = await gather();
    expect(evidence.source?.origin).toBe(story.source);
    expect(factsOf(evidence).address).toEqual({ url: story.source, named: true });
    expect(factsOf(evidence).commit).toHaveProperty('value');
    expect(factsOf(evidence).since).toBeUndefined();
    expect(evidence.lines).toContain(`fetching the source from ${story.source}`);
  });

  test('else from where the pin says, which is hostile', async () => {
    const evidence = await gather({ pin: { REPO_URL: story.source }, follow: { source: undefined } });
    expect(factsOf(evidence)).toMatchObject({
      address: { url: story.source, named: false },
      commit: { error: { code: 'address-refused' } },
    });
  });

  test('with what changed since a commit', async () => {
    const { repository, commit } = story;
    const since = await repository.git('rev-parse', `${commit}~`);
    expect(factsOf(await gather({ follow: { since } })).since).toHaveProperty('value.commit', since);
  });

  test.each<[string, (story: Story) => string | undefined, boolean]>([
    ['nothing', () => undefined, false],
    ['a URL', ({ source }) => source, false],
    ['a folder', ({ repository }) => repository.gitDir, true],
    ['a file URL', ({ repository }) => `file://${repository.gitDir}`, true],
  ])('offline, where the auditor named %s', async (_name, source, isHad) => {
    const evidence = await gather({ follow: { offline: true, source: source(story) } });
    expect(parts(evidence)).toEqual([true, isHad]);
    if (isHad) expect(factsOf(evidence).commit).toHaveProperty('value');
  });

  test('the tag that the text says it is from is looked for', async () => {
    const compose = (text: string): string => `# The commit that refs/tags/v1 held on x\n${text}`;
    expect(factsOf(await gather({ compose })).reachability).toHaveProperty('value.expected.name', 'refs/tags/v1');
    expect(factsOf(await gather()).reachability).not.toHaveProperty('value.expected');
  });
});

describe('what the compose does not say is not followed', () => {
  test.each<[string, Change, boolean[]]>([
    ['no service with a pin', { compose: () => 'services: { web: { image: nginx } }' }, [false, false]],
    ['a compose that is no YAML', { compose: () => 'a: [' }, [false, false]],
    ['an app-compose that is no JSON', { deployment: { appCompose: 'hello' } }, [false, false]],
    ['a pin that is left to a variable', { pin: { COMMIT_SHA: '${X}' } }, [true, false]],
    ['a pin that is none', { pin: { COMMIT_SHA: 'main' } }, [true, false]],
    ['an image by its tag', { compose: (text) => text.replace(/@sha256:.*/, ':1') }, [false, false]],
  ])('%s', async (_name, change, found) => {
    expect(parts(await gather(change))).toEqual(found);
  });

  test('no app-compose, or a broken one', async () => {
    const { followEvidence } = await import('../../../src/audit/collect/follow-evidence.ts');
    const expectations = story.expectations(story.deploy());
    const options = { bundles: [], registry: undefined, source: undefined, since: undefined, offline: false };
    const quiet = { ...options, note: () => undefined };
    const none: AuditEvidence = { target: 'x', kind: 'quote-answer', statements: {} };
    expect(await followEvidence(none, expectations, quiet)).toEqual(none);
    const wrong = { ...none, appCompose: broken() };
    expect(await followEvidence(wrong, expectations, quiet)).toEqual(wrong);
  });
});

test('the provenance is of the image that the compose names, whatever its registry gives', async () => {
  const { provenance, lines } = await gather();
  expect(partValue(provenance!).image).toBe(IMAGE.split('@')[1]);
  expect(partValue(provenance!).bundles).toHaveLength(1);
  expect(lines.some((line) => line.includes('127.0.0.1'))).toBe(true);
  expect(REPO_URL.startsWith('https://')).toBe(true);
});
