import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceErrorCode } from '../../../src/source/errors.ts';
import type { Behaviour } from '../../support/answer.ts';
import { always, htmlPage, onFetch, redirect, requireAuth, resultOf, serverError } from '../../support/behaviours.ts';
import { sortedTree } from '../../support/git-objects.ts';
import { buildPack } from '../../support/pack-builder.ts';
import { errorResponse, packfileResponse } from '../../support/pkt-line.ts';
import { makeRepository } from '../../support/repositories.ts';
import type { RunOptions } from '../../support/run-launcher.ts';
import { useScratch } from '../../support/use-scratch.ts';
import { type PinValues, pinText, serve } from '../support.ts';
import { type Cause, run, SCRIPT } from './cause.ts';
import { handMade } from './commit.ts';

const FILES = { 'tee-launch.sh': SCRIPT };

/** An honest pin and a server that behaves otherwise. */
const server = (how: string, behaviour: Behaviour, values: PinValues = {}, env: RunOptions['env'] = {}): Cause => ({
  how,
  drive: async () => {
    const served = await serve(FILES);
    served.server.behave(behaviour);
    return await run({ config: served.pin(values), env });
  },
});

const pack = (bytes: Uint8Array): Behaviour => onFetch(resultOf(packfileResponse(bytes)));

const sha256FromLocalPath = async () => {
  const { repository, workDir } = await serve(FILES, { format: 'sha256' });
  const { path, commit } = repository;
  return await run({ config: pinText({ REPO_URL: path, COMMIT_SHA: commit, WORK_DIR: workDir }) });
};

/** A local repository whose objects are no objects. */
const damagedRepository = async () => {
  const scratch = useScratch();
  const { path, gitDir, commit } = await makeRepository({ files: FILES, path: scratch.join('repo.git') });
  for (const name of readdirSync(join(gitDir, 'objects'), { recursive: true, encoding: 'utf8' })) {
    if (/^[0-9a-f]{2}\/|\.pack$/.test(name)) writeFileSync(join(gitDir, 'objects', name), 'nonsense');
  }
  return await run({ config: pinText({ REPO_URL: path, COMMIT_SHA: commit, WORK_DIR: scratch.join('work') }) });
};

export const SERVER = {
  'object-missing': handMade('a repository that lost a file', (store) =>
    store.addCommit({
      tree: store.add('tree', sortedTree([{ mode: '100644', name: 'x', oid: 'b'.repeat(40) }])),
    }),
  ),
  'object-unexpected': handMade('a server that sends more than it was asked for', (store) => {
    const entries = [{ mode: '100644', name: 'tee-launch.sh', oid: store.addBlob(SCRIPT) }];
    const commit = store.addCommit({ tree: store.add('tree', sortedTree(entries)) });
    store.addBlob('another file');
    return commit;
  }),
  'pack-malformed': server('a proxy that changes what it passes on', pack(Buffer.from('PACKAGE of something else'))),
  'pack-checksum': server(
    'a proxy that changes what it passes on',
    pack(buildPack([{ type: 'blob', bytes: Buffer.from('x') }], { trailer: Buffer.alloc(20) })),
  ),
  'delta-malformed': server(
    'a damaged repository',
    pack(
      buildPack([
        { type: 'blob', bytes: Buffer.from('base') },
        { type: 'ofs-delta', delta: Buffer.from([99, 99, 99]), base: 0 },
      ]),
    ),
  ),
  'protocol-malformed': server('a sign-in page', always(htmlPage())),
  'commit-not-served': {
    how: 'a commit that was force-pushed away',
    drive: async () => run({ config: (await serve(FILES)).pin({ COMMIT_SHA: 'a'.repeat(40) }) }),
  },
  'repository-not-found': {
    how: 'a wrong address',
    drive: async () => {
      const { pin, url } = await serve(FILES);
      return await run({ config: pin({ REPO_URL: url.replace('repo', 'other') }) });
    },
  },
  'server-refused': server('a server that says no', onFetch(resultOf(errorResponse('go away \u001b[31mnow')))),
  'access-denied': server('a private repository', requireAuth({ user: 'u', password: 'p' })),
  'redirect-refused': server(
    'a redirect to plain http',
    redirect((url) => `http://example.com${url}`),
  ),
  'address-refused': server(
    'a redirect into a private network',
    redirect((url) => `https://10.0.0.1${url}`),
  ),
  'protocol-unsupported': {
    how: 'a SHA-256 repository at a local path',
    drive: sha256FromLocalPath,
  },
  'object-format-mismatch': {
    how: 'a SHA-256 hash for a SHA-1 repository',
    drive: async () => run({ config: (await serve(FILES)).pin({ COMMIT_SHA: 'a'.repeat(64) }) }),
  },
  'local-repository': { how: 'a damaged local repository', drive: damagedRepository },
  'server-busy': server('an outage', serverError(99)),
  'connection-failed': {
    how: 'a server that is not there',
    drive: async () => {
      const served = await serve(FILES);
      await served.server.close();
      return await run({ config: served.pin() });
    },
  },
  'connection-cut': server('a network that breaks', onFetch({ cutAfter: 40 })),
  'timed-out': server('a server that is silent', onFetch({ hang: true }), {}, { TWL_LIMIT_IDLE_MS: '200' }),
} satisfies Partial<Record<SourceErrorCode, Cause>>;
