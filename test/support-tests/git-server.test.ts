import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import type { Behaviour } from '../support/answer.ts';
import * as behave from '../support/behaviours.ts';
import { git, type GitResult, tryGit } from '../support/git-command.ts';
import { type GitServer, startGitServer } from '../support/git-server.ts';
import { ObjectStore } from '../support/object-store.ts';
import { packOfStore } from '../support/pack-builder.ts';
import { packfileResponse } from '../support/pkt-line.ts';
import { makeRepository, type Repository } from '../support/repositories.ts';
import { startSshServer } from '../support/ssh-server.ts';
import { makeCertificates } from '../support/tls.ts';
import { useScratch } from '../support/use-scratch.ts';

interface Stand {
  server: GitServer;
  repository: Repository;
  fetch(options?: { url?: string; env?: Record<string, string>; commit?: string }): Promise<GitResult>;
}

const stand = async (behaviour?: Behaviour, tls?: { key: string; cert: string }): Promise<Stand> => {
  const scratch = useScratch();
  const repository = await makeRepository({
    path: scratch.join('r.git'),
    files: { 'a.txt': 'x'.repeat(5000), bin: { mode: '100755', content: '#!/bin/sh\n' }, ln: { symlink: 'a.txt' } },
    commits: 3,
  });
  const server = await startGitServer({
    root: scratch.path,
    record: true,
    ...(tls ? { tls } : {}),
    ...(behaviour ? { behaviour } : {}),
  });
  onTestFinished(() => server.close());
  let count = 0;
  return {
    server,
    repository,
    fetch: async ({ url = `${server.url}/r.git`, env = {}, commit = repository.commit } = {}) => {
      const client = scratch.join(`c${count++}`);
      await git(['init', '-q', client]);
      const result = await tryGit(['-C', client, 'fetch', '-q', '--depth', '1', url, commit], { env });
      if (result.code === 0) expect(await git(['-C', client, 'rev-parse', 'FETCH_HEAD'])).toBe(commit);
      return result;
    },
  };
};

test('a real client fetches one commit by its hash, over v2 and v0', async () => {
  const { server, repository, fetch } = await stand();
  const older = await repository.git('rev-parse', 'main~1');
  expect((await fetch({ commit: older })).code).toBe(0);
  expect(server.requests.every((request) => request.headers['git-protocol'] === 'version=2')).toBe(true);
  expect(server.requests.at(-1)).toMatchObject({ method: 'POST', status: 200 });
  expect(server.requests.at(-1)!.responseBytes).toBeGreaterThan(200);
  server.behave(behave.always({ ignoreGitProtocol: true }));
  expect((await fetch()).code).toBe(0);
});

test('a commit that a force-push left behind is served', async () => {
  const { repository, fetch } = await stand();
  await repository.commitAgain({ other: 'y\n' }, { parent: null });
  expect(await repository.git('branch', '--contains', repository.commit)).toBe('');
  expect((await fetch()).code).toBe(0);
});

test('https with a throw-away authority', async () => {
  const certificates = makeCertificates(useScratch().path);
  if (certificates === undefined) return;
  const { fetch } = await stand(undefined, certificates);
  expect((await fetch()).code).not.toBe(0);
  expect((await fetch({ env: { GIT_SSL_CAINFO: certificates.caFile } })).code).toBe(0);
});

test('faults reach the client', async () => {
  const { server, fetch } = await stand();
  await fetch();
  const recorded = behave.resultOf(Buffer.concat(server.requests.at(-1)!.response!));
  const whole = server.requests.at(-1)!.responseBytes;
  for (const cutAfter of [0, 1, 30, whole - 1]) {
    server.behave(behave.onFetch({ ...recorded, cutAfter }));
    expect((await fetch()).code).not.toBe(0);
    expect(server.requests.at(-1)!.responseBytes).toBe(cutAfter);
  }
  server.behave(behave.onFetch({ ...recorded, flipBit: (whole - 60) * 8 }));
  expect((await fetch()).code).not.toBe(0);
  server.behave(behave.onFetch({ ...recorded, drip: { bytes: 64, everyMs: 1 } }));
  expect((await fetch()).code).toBe(0);
  expect(server.requests.at(-1)!.responseBytes).toBe(whole);
  server.behave(behave.onFetch({ cutAfter: 100 }));
  expect((await fetch()).code).not.toBe(0);
});

test('statuses, redirects and credentials', async () => {
  const { server, fetch } = await stand(behave.serverError(1));
  expect((await fetch()).stderr).toContain('503');
  expect((await fetch()).code).toBe(0);
  server.behave(behave.tooManyRequests(1, 3));
  expect((await fetch()).stderr).toContain('429');
  server.behave(behave.requireAuth({ user: 'me', password: 'secret' }));
  expect((await fetch()).code).not.toBe(0);
  expect((await fetch({ url: server.url.replace('//', '//me:secret@').concat('/r.git') })).code).toBe(0);
  server.behave(behave.redirect((url) => (url.startsWith('/old/') ? url.replace('/old/', '/') : undefined)));
  expect((await fetch({ url: `${server.url}/old/r.git` })).code).toBe(0);
  server.behave(behave.always(behave.htmlPage()));
  expect((await fetch()).code).not.toBe(0);
});

test('a pack made by hand', async () => {
  const store = new ObjectStore();
  const commit = store.addCommit({ tree: store.add('tree', Buffer.alloc(0)) });
  const body = packfileResponse(packOfStore(store), { chunk: 7, progress: ['hello\n'], shallow: [] });
  const { server, fetch } = await stand(behave.onFetch(behave.resultOf(body)));
  expect((await fetch({ commit })).code).toBe(0);
  const bad = packfileResponse(packOfStore(store), { error: 'out of memory' });
  server.behave(behave.onFetch(behave.resultOf(bad)));
  expect((await fetch({ commit })).stderr).toContain('out of memory');
});

test('a server that hangs or talks for ever lets go at its close', async () => {
  for (const answer of [{ hang: true }, { hangAfter: 20 }, behave.endlessProgress()]) {
    const { server, fetch } = await stand(behave.onFetch(answer));
    const fetching = fetch();
    const first = await Promise.race([fetching, new Promise((resolve) => setTimeout(resolve, 400, 'waiting'))]);
    expect(first).toBe('waiting');
    await server.close();
    expect((await fetching).code).not.toBe(0);
  }
});

test.each([true, false])('ssh, with GIT_PROTOCOL accepted: %s', async (acceptGitProtocol) => {
  const scratch = useScratch();
  const server = await startSshServer({ dir: scratch.join('ssh'), acceptGitProtocol });
  if (server === undefined) return;
  onTestFinished(() => server.close());
  const { repository, fetch } = await stand();
  const ssh = `ssh -F none -i ${server.keyFile} -o UserKnownHostsFile=${server.knownHostsFile} -o StrictHostKeyChecking=yes`;
  const result = await fetch({
    url: server.url(repository.gitDir),
    env: { GIT_SSH_COMMAND: ssh, GIT_TRACE_PACKET: scratch.join('trace') },
  });
  expect(result).toMatchObject({ code: 0 });
  expect(readFileSync(scratch.join('trace'), 'utf8').includes('fetch< version 2')).toBe(acceptGitProtocol);
});
