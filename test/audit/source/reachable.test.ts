import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditSource, type SourceAudit } from './audit-source.ts';
import type { SourceFindings } from '../../../src/audit/source/judge-source.ts';
import type { Behaviour } from '../../support/answer.ts';
import { type GitServer, startGitServer } from '../../support/git-server.ts';
import { makeRepository, type Repository } from '../../support/repositories.ts';
import { makeScratch } from '../../support/scratch.ts';
import { auditOf } from './support.ts';

const scratch = makeScratch();
let repository: Repository;
let server: GitServer;
let plain: GitServer;
/** `main` has 300 commits more than `old`; `feature` branches off from `old`. */
let old: string;
let tip: string;
let imposter: string;
let tagged: string;
let untagged: string;

const FILES = { 'tee-launch.sh': 'echo hello\n' };

beforeAll(async () => {
  repository = await makeRepository({ files: FILES, path: scratch.join('repo.git') });
  old = repository.commit;
  tagged = await repository.commitAgain({ 'a.txt': 'tagged\n' }, { branch: 'side' });
  untagged = await repository.commitAgain({ 'a.txt': 'other\n' }, { branch: 'side' });
  await repository.git('tag', '-a', '-m', 'one', 'v1', tagged);
  await repository.git('tag', 'v2', untagged);
  await repository.git('update-ref', '-d', 'refs/heads/side');
  await repository.commitAgain({ 'b.txt': 'feature\n' }, { branch: 'feature', parent: old });
  let parent = old;
  for (let i = 0; i < 300; i++) {
    const tree = await repository.tree(old);
    parent = await repository.git('commit-tree', '-p', parent, '-m', `commit ${i}`, tree);
  }
  tip = parent;
  await repository.git('update-ref', 'refs/heads/main', tip);
  // Made in a fork: it is served under the parent's address, and refs/pull names it.
  imposter = await repository.commitAgain({ 'tee-launch.sh': 'evil\n' }, { branch: 'evil', parent: old });
  await repository.git('update-ref', 'refs/pull/1/head', imposter);
  await repository.git('update-ref', '-d', 'refs/heads/evil');
  server = await startGitServer({ root: scratch.path });
  plain = await startGitServer({ root: scratch.path, config: { 'uploadpack.allowFilter': 'false' } });
}, 120_000);

afterAll(async () => {
  await server?.close();
  await plain?.close();
});

const at = (on: GitServer): string => `${on.url}/repo.git`;

const audit = async (
  commit: string,
  changes: Partial<SourceAudit> = {},
  on = server,
  behaviour?: Behaviour,
): Promise<SourceFindings> => {
  on.behave(behaviour);
  return await auditSource(auditOf(at(on), commit, changes));
};

const versions: [string, () => GitServer, Behaviour | undefined][] = [
  ['version 2', () => server, undefined],
  ['version 2 without filters', () => plain, undefined],
  ['version 0', () => server, () => ({ ignoreGitProtocol: true })],
  ['version 0 without filters', () => plain, () => ({ ignoreGitProtocol: true })],
];

describe.each(versions)('%s', (_name, on, behaviour) => {
  test('the tip of a branch', async () => {
    const { outcomes, findings } = await audit(tip, {}, on(), behaviour);
    expect(outcomes['source.reachable']).toMatchObject({
      state: 'passed',
      exit: 0,
      summary: 'the commit is the tip of refs/heads/main',
      found: 'refs/heads/main',
    });
    expect(outcomes['source.commit']).toMatchObject({ state: 'passed' });
    expect(findings).toEqual([]);
  });

  test('300 commits behind', async () => {
    const { outcomes } = await audit(old, {}, on(), behaviour);
    expect(outcomes['source.reachable']).toMatchObject({
      state: 'passed',
      summary: 'the commit belongs to refs/heads/main, 300 commits behind its tip',
      found: 'refs/heads/main',
      details: ['the repository lists 2 branches and 2 tags; 300 commits fetched and hashed on the way'],
    });
  });

  test('an annotated tag, at it and behind another', async () => {
    const first = await audit(tagged, { expectedRef: 'v1' }, on(), behaviour);
    expect(first.outcomes['source.reachable'].summary).toBe('the commit is the tip of refs/tags/v1');
    expect(first.findings).toEqual([]);
    const other = await audit(tagged, { expectedRef: 'refs/tags/v2' }, on(), behaviour);
    expect(other.findings.map(({ id }) => id)).toEqual(['source.tag-moved']);
  });

  test('an imposter', async () => {
    const { outcomes, findings, facts } = await audit(imposter, {}, on(), behaviour);
    expect(facts.reachability).toMatchObject({ value: { reach: { kind: 'unreachable' } } });
    expect(outcomes['source.reachable']).toMatchObject({
      state: 'failed',
      exit: 10,
      summary: 'no branch or tag of the repository leads to the commit',
    });
    expect(outcomes['source.commit'].state).toBe('passed');
    expect(findings).toEqual([]);
  });

  test('a moved tag is told apart from an imposter', async () => {
    const { outcomes, findings } = await audit(imposter, { expectedRef: 'v1' }, on(), behaviour);
    expect(outcomes['source.reachable']).toMatchObject({
      state: 'failed',
      exit: 10,
      summary: 'the tag refs/tags/v1 was moved: it names another commit now, and no branch or tag leads to this one',
      expected: imposter,
      found: tagged,
    });
    expect(findings).toEqual([
      { id: 'source.tag-moved', text: `the tag refs/tags/v1 names ${tagged} now and not ${imposter}` },
    ]);
  });
});
