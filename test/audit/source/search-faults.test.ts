import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { auditSource, type SourceAudit } from './audit-source.ts';
import type { SourceFindings } from '../../../src/audit/source/judge-source.ts';
import { HISTORY_LIMITS, type HistoryLimits } from '../../../src/source/history/limits.ts';
import type { Answer, SeenRequest } from '../../support/answer.ts';
import { resultOf } from '../../support/behaviours.ts';
import { commitStream, fastImport } from '../../support/fast-import.ts';
import { type GitServer, startGitServer } from '../../support/git-server.ts';
import { bandLine, FLUSH, packfileResponse, pktLine } from '../../support/pkt-line.ts';
import { buildPack } from '../../support/pack-builder.ts';
import { makeRepository, type Repository } from '../../support/repositories.ts';
import { makeScratch } from '../../support/scratch.ts';
import { auditOf, quickLimits } from './support.ts';

const scratch = makeScratch();
let repository: Repository;
let server: GitServer;
let url: string;
let lost: string;
let tip: string;

beforeAll(async () => {
  repository = await makeRepository({ files: { 'tee-launch.sh': 'x\n' }, path: scratch.join('repo.git'), commits: 2 });
  await fastImport(
    repository.gitDir,
    (function* () {
      for (let i = 0; i < 2000; i++) {
        yield* commitStream({
          ref: 'refs/heads/main',
          second: 10 + i,
          files: [[`f${i % 7}.txt`, `${i}\n`]],
          ...(i === 0 ? { from: repository.commit } : {}),
        });
      }
    })(),
  );
  tip = await repository.git('rev-parse', 'refs/heads/main');
  lost = await repository.commitAgain({ 'a.txt': 'lost\n' }, { branch: 'lost', parent: repository.commit });
  await repository.git('update-ref', '-d', 'refs/heads/lost');
  server = await startGitServer({ root: scratch.path });
  url = `${server.url}/repo.git`;
});

afterAll(async () => {
  await server?.close();
});

afterEach(() => server.behave(undefined));

const audit = (changes: Partial<SourceAudit> = {}, commit = repository.commit): Promise<SourceFindings> =>
  auditSource(auditOf(url, commit, changes));

const bounded = (changes: Partial<HistoryLimits>): { history: HistoryLimits } => ({
  history: { ...HISTORY_LIMITS, ...changes },
});

const isRefs = ({ method, body }: SeenRequest): boolean => method === 'POST' && body.includes('command=ls-refs');
const isHistory = ({ method, body }: SeenRequest): boolean => method === 'POST' && body.includes('have ');

const onHistory = (answer: Answer): void => server.behave((request) => (isHistory(request) ? answer : undefined));
const onRefs = (answer: Answer): void => server.behave((request) => (isRefs(request) ? answer : undefined));

test('2000 commits behind: no file is asked for, and none is sent', async () => {
  const from = server.requests.length;
  const { outcomes, facts } = await audit();
  expect(outcomes['source.reachable'].summary).toBe(
    'the commit belongs to refs/heads/main, 2000 commits behind its tip',
  );
  const [asked, ...more] = server.requests.slice(from).filter(isHistory);
  expect(more).toEqual([]);
  expect(asked?.body.toString()).toContain('filter tree:0');
  expect(facts.reachability).toMatchObject({ value: { commits: 2000, reach: { kind: 'ancestor', behind: 2000 } } });
});

test('a history of more commits than the bound is not checked, and says so', async () => {
  const at = await audit(bounded({ commits: 2000 }));
  expect(at.outcomes['source.reachable'].state).toBe('passed');
  const over = await audit(bounded({ commits: 1999 }));
  expect(over.outcomes['source.reachable']).toMatchObject({
    state: 'not-checked',
    exit: 13,
    summary: 'the history could not be searched: the history between holds more than 1999 commits',
    hint: 'look at the repository yourself, or name a smaller mirror of it',
  });
  expect(over.outcomes['source.commit'].state).toBe('passed');
});

test('a pack of more bytes than the bound, a list of more refs, more bytes of them', async () => {
  for (const bounds of [{ packBytes: 10_000 }, { refs: 0 }, { refBytes: 20 }]) {
    const { outcomes } = await audit(bounded(bounds));
    expect(outcomes['source.reachable']).toMatchObject({ state: 'not-checked', exit: 13 });
    expect(outcomes['source.reachable'].summary).toContain('more than');
  }
});

test('no time left', async () => {
  const { outcomes } = await audit(bounded({ totalMs: 1 }));
  expect(outcomes['source.reachable']).toMatchObject({ state: 'not-checked', exit: 40 });
});

test('refs are asked for in rounds, and what was searched is not sent again', async () => {
  const from = server.requests.length;
  for (let i = 0; i < 5; i++) await repository.git('update-ref', `refs/heads/b${i}`, `${tip}~${i + 1}`);
  const { facts } = await audit(bounded({ wants: 2 }), lost);
  expect(facts.reachability).toMatchObject({ value: { reach: { kind: 'unreachable' }, commits: 2000, branches: 6 } });
  const asked = server.requests.slice(from).filter(isHistory);
  expect(asked.map(({ body }) => body.toString().match(/want /g)?.length)).toEqual([1, 2, 2, 1]);
  expect(asked[1]?.body.toString()).toContain(`have ${tip}`);
  for (let i = 0; i < 5; i++) await repository.git('update-ref', '-d', `refs/heads/b${i}`);
});

test.each<[string, (answer: Answer) => void, Answer, number]>([
  ['hangs at the refs', onRefs, { hang: true }, 40],
  ['hangs at the history', onHistory, { hang: true }, 40],
  ['hangs in the middle of the history', onHistory, { hangAfter: 3000 }, 40],
  ['cuts the refs', onRefs, { cutAfter: 30 }, 40],
  ['cuts the history', onHistory, { cutAfter: 3000 }, 40],
  ['turns a bit of the history', onHistory, { flipBit: 80_000 }, 13],
  ['is busy', onHistory, { reply: { status: 503, body: 'later\n' } }, 40],
  ['forbids it', onRefs, { reply: { status: 403, body: 'no\n' } }, 40],
  ['says nothing', onHistory, resultOf(Buffer.alloc(0)), 40],
  ['ends the refs with an error', onRefs, resultOf(pktLine('ERR no refs for you\n')), 40],
  ['sends refs that are none', onRefs, resultOf(Buffer.concat([pktLine('hello\n'), FLUSH])), 30],
  ['says that it failed', onHistory, resultOf(Buffer.concat([pktLine('packfile\n'), bandLine('error', 'no')])), 40],
])('a server that %s: not checked', async (_name, install, answer, exit) => {
  install(answer);
  const { outcomes } = await audit({ limits: quickLimits({ IDLE_MS: 300 }) });
  expect(outcomes['source.commit'].state).toBe('passed');
  expect(outcomes['source.reachable']).toMatchObject({ state: 'not-checked', exit });
  expect(outcomes['source.reachable'].summary).toMatch(/^the history could not be searched: /);
});

test('a transient failure is tried again, three times in all', async () => {
  let left = 2;
  server.behave((request) => (isHistory(request) && left-- > 0 ? { reply: { status: 503 } } : undefined));
  const { outcomes } = await audit({ limits: quickLimits({ ATTEMPTS: 5 }) });
  expect(outcomes['source.reachable'].state).toBe('passed');
  let asked = 0;
  server.behave((request) => {
    if (!isHistory(request)) return undefined;
    asked++;
    return { reply: { status: 503 } };
  });
  expect((await audit({ limits: quickLimits({ ATTEMPTS: 5 }) })).outcomes['source.reachable'].state).toBe(
    'not-checked',
  );
  expect(asked).toBe(3);
});

test('commits that no ref leads to prove nothing, whatever a server sends beside', async () => {
  // A commit that names the lost one as its parent, which no ref names.
  const tree = await repository.tree();
  const child = await repository.git('commit-tree', '-p', lost, '-m', 'forged', tree);
  const content = Buffer.from(`${await repository.git('cat-file', 'commit', child)}\n`);
  onHistory(resultOf(packfileResponse(buildPack([{ type: 'commit', bytes: content }]))));
  const { facts, outcomes } = await audit({}, lost);
  expect(facts.reachability).toMatchObject({ value: { reach: { kind: 'unreachable' }, commits: 1 } });
  expect(outcomes['source.reachable']).toMatchObject({ state: 'failed', exit: 10 });
});
