import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as behave from '../support/behaviours.ts';
import { makeRepository } from '../support/repositories.ts';
import { expectFailure, expectRan, QUICK, useStand } from './support.ts';

const stand = useStand();
const GONE = 'http://127.0.0.1:9/r.git';

const at = (name: string): string => `${stand.server.url}/${name}`;
/** Paths of the requests that ask for a pack. */
const asked = (): string[] =>
  stand.server.requests.filter(({ method }) => method === 'POST').map(({ url }) => url.split('/')[1] ?? '');

test('REPO_URL comes first, mirrors only when it fails', async () => {
  expectRan(await stand.launch({ REPO_MIRRORS: `${at('other.git')} ${GONE}` }));
  expect(asked()).toEqual(['r.git']);
});

test('the first is gone', async () => {
  const launched = await stand.launch({ REPO_URL: GONE, REPO_MIRRORS: at('r.git') });
  expectRan(launched);
  expect(launched.warnings[0]).toContain('127.0.0.1:9');
});

test('in their order: gone, no repository, without the commit, good', async () => {
  await makeRepository({ path: stand.scratch.join('empty.git'), files: { x: 'x' } });
  const launched = await stand.launch({
    REPO_URL: GONE,
    REPO_MIRRORS: `${at('absent.git')} ${at('empty.git')} ${at('r.git')}`,
  });
  expectRan(launched);
  expect(asked()).toEqual(['absent.git', 'empty.git', 'r.git']);
  expect(launched.warnings).toHaveLength(3);
});

test('the first serves other content: nothing of it stays, the next one decides', async () => {
  const wrong = await makeRepository({
    path: stand.scratch.join('wrong.git'),
    files: { 'tee-launch.sh': 'echo evil\n' },
  });
  // A server that answers any request with the pack of another commit.
  stand.server.behave(undefined);
  await stand.launch({ REPO_URL: at('wrong.git'), COMMIT_SHA: wrong.commit });
  const evil = Buffer.concat(stand.server.requests.at(-1)!.response!);
  stand.server.requests.length = 0;
  stand.server.behave((request) => (request.url.includes('wrong.git') ? behave.resultOf(evil) : undefined));
  const launched = await stand.launch({ REPO_URL: at('wrong.git'), REPO_MIRRORS: at('r.git') });
  expectRan(launched);
  expect(asked()).toEqual(['wrong.git', 'r.git']);
  const alone = await stand.launch({ REPO_URL: at('wrong.git') });
  expectFailure(alone, 'object-unexpected', 10);
});

test('a damaged repository, then a good one', async () => {
  const damaged = await makeRepository({
    path: stand.scratch.join('damaged.git'),
    files: { 'tee-launch.sh': 'echo 1\n', big: 'b'.repeat(5000) },
  });
  const id = await damaged.git('rev-parse', `${damaged.commit}:big`);
  await damaged.git('unpack-objects', '-q').catch(() => undefined);
  await damaged.git('config', 'gc.auto', '0');
  const pack = (await damaged.git('count-objects', '-v')).includes('in-pack: 0');
  if (pack) rmSync(`${damaged.gitDir}/objects/${id.slice(0, 2)}/${id.slice(2)}`, { force: true });
  const launched = await stand.launch({ REPO_URL: at('damaged.git'), REPO_MIRRORS: at('r.git') });
  expectRan(launched);
});

test('what is transient is tried again in rounds, each address in turn', async () => {
  stand.server.behave(behave.firstOf(behave.times(3, { reply: { status: 503 } })));
  const launched = await stand.launch(
    { REPO_URL: at('r.git'), REPO_MIRRORS: at('r.git/') },
    { env: { ...QUICK, TWL_LIMIT_ATTEMPTS: '3' } },
  );
  expectRan(launched);
  expect(asked()).toHaveLength(4);
});

test('all fail: what was rejected is said before what is out of reach', async () => {
  stand.server.behave(behave.always(behave.resultOf(Buffer.from('garbage'))));
  const launched = await stand.launch({ REPO_URL: GONE, REPO_MIRRORS: at('r.git') });
  expectFailure(launched, 'protocol-malformed', 30);
});

test("a tree that breaks the rules is nobody else's fault: no mirror is asked", async () => {
  const linked = await makeRepository({
    path: stand.scratch.join('linked.git'),
    files: { 'tee-launch.sh': 'echo\n', sub: { gitlink: '1'.repeat(40) } },
  });
  const launched = await stand.launch({
    REPO_URL: at('linked.git'),
    COMMIT_SHA: linked.commit,
    REPO_MIRRORS: at('r.git'),
  });
  expectFailure(launched, 'gitlink-refused', 10);
  expect(asked()).toEqual(['linked.git']);
});
