import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { SourceErrorCode } from '../../../src/source/errors.ts';
import { onFetch, resultOf } from '../../support/behaviours.ts';
import { encodeTag, encodeTree, sortedTree, type TreeEntry } from '../../support/git-objects.ts';
import { ObjectStore } from '../../support/object-store.ts';
import { inMounts, whyNoMounts } from '../../support/own-mounts.ts';
import { packOfStore } from '../../support/pack-builder.ts';
import { packfileResponse } from '../../support/pkt-line.ts';
import type { RunOptions } from '../../support/run-launcher.ts';
import { useScratch } from '../../support/use-scratch.ts';
import { type PinValues, pinText, serve } from '../support.ts';
import { type Cause, run, SCRIPT } from './cause.ts';

const program = fileURLToPath(new URL('../../../bin/trusted-workload-launcher', import.meta.url));

/** A commit made by hand, served whatever it is. `build` gives the hash to pin. */
export const handMade = (how: string, build: (store: ObjectStore) => string): Cause => ({
  how,
  drive: async () => {
    const { server, pin } = await serve({ x: 'x' });
    const store = new ObjectStore();
    const commit = build(store);
    server.behave(onFetch(resultOf(packfileResponse(packOfStore(store)))));
    return await run({ config: pin({ COMMIT_SHA: commit }) });
  },
});

/** A commit whose tree has the given entries, in this order. */
const tree = (how: string, entries: (store: ObjectStore) => TreeEntry[]): Cause =>
  handMade(how, (store) => store.addCommit({ tree: store.add('tree', encodeTree(entries(store))) }));

/** An honest commit, and a pin or an environment that it does not go with. */
const pinned = (how: string, values: PinValues, env: RunOptions['env'] = {}, files = {}): Cause => ({
  how,
  drive: async () => run({ config: (await serve({ 'tee-launch.sh': SCRIPT, ...files })).pin(values), env }),
});

/** The machine's git is replaced by a script, for the launcher alone. */
const withGit = (how: string, script: string): Cause => ({
  how,
  ...(whyNoMounts() === undefined && {
    drive: async () => {
      const { scratch, pin } = await serve({ 'tee-launch.sh': SCRIPT });
      const [fake, config] = [scratch.join('git'), scratch.join('pin.conf')];
      writeFileSync(fake, `#!/bin/bash\n${script}\n`, { mode: script === '' ? 0o644 : 0o755 });
      writeFileSync(config, pin());
      const [unshare, args] = inMounts(`mount --bind '${fake}' /usr/bin/git`, program, config);
      return await run({ program: unshare, args });
    },
  }),
});

const GITLINK = { sub: { gitlink: 'a'.repeat(40) } };

export const COMMIT = {
  'commit-malformed': handMade('a commit that is none', (store) => store.add('commit', Buffer.from('nonsense\n'))),
  'not-a-commit': handMade('the hash of an annotated tag', (store) =>
    store.add('tag', encodeTag(store.addCommit({ tree: store.add('tree', sortedTree([])) }), 'commit')),
  ),
  'tree-malformed': handMade('a damaged tree', (store) =>
    store.addCommit({ tree: store.add('tree', Buffer.from('100644')) }),
  ),
  'tree-name-refused': tree('a path that leaves the folder', (store) => [
    { mode: '100644', name: '..\u001b[2J', oid: store.addBlob('') },
    { mode: '100644', name: '.git', oid: store.addBlob('') },
  ]),
  'tree-mode-refused': tree('a set-uid file', (store) => [{ mode: '104755', name: 'x\n', oid: store.addBlob('') }]),
  'tree-duplicate-name': tree('a name twice', (store) => [
    { mode: '100644', name: 'x', oid: store.addBlob('1') },
    { mode: '100644', name: 'x', oid: store.addBlob('2') },
  ]),
  'tree-order': tree('a tree that was not sorted', (store) => [
    { mode: '100644', name: 'y', oid: store.addBlob('') },
    { mode: '100644', name: 'x', oid: store.addBlob('') },
  ]),
  'tree-entry-type': {
    how: 'a folder that is a file, in a local repository',
    drive: async () => {
      const scratch = useScratch();
      const store = new ObjectStore();
      const entries = [{ mode: '40000', name: 'x', oid: store.addBlob('') }];
      const commit = store.addCommit({ tree: store.add('tree', sortedTree(entries)) });
      await store.makeBareRepository(scratch.join('repo.git'), commit);
      const [url, workDir] = [scratch.join('repo.git'), scratch.join('work')];
      return await run({ config: pinText({ REPO_URL: url, COMMIT_SHA: commit, WORK_DIR: workDir }) });
    },
  },
  'symlink-target': tree('a symlink to nothing', (store) => [{ mode: '120000', name: 'x', oid: store.addBlob('') }]),
  'gitlink-refused': pinned('a submodule', {}, {}, GITLINK),
  'submodule-refused': pinned('a submodule without .gitmodules', { SUBMODULES: 'yes' }, {}, GITLINK),
  'tree-sha256-mismatch': pinned('a tree that nobody pinned', { TREE_SHA256: 'a'.repeat(64) }),
  'tree-sha256-undefined': pinned(
    'a submodule that is left out',
    { TREE_SHA256: 'a'.repeat(64), SUBMODULES: 'ignore' },
    {},
    GITLINK,
  ),
  'subdir-missing': pinned('a wrong REPO_SUBDIR', { REPO_SUBDIR: 'nowhere' }),
  'entry-missing': pinned('a wrong ENTRYPOINT_SCRIPT', { ENTRYPOINT_SCRIPT: 'nothing.sh' }),
  'limit-exceeded': pinned('a repository larger than meant', {}, { TWL_LIMIT_OBJECTS: '2' }),
  'sha1-collision': withGit(
    'an object made to collide',
    'cat >/dev/null; echo "fatal: SHA1 COLLISION FOUND" >&2; exit 128',
  ),
  'readers-disagree': withGit(
    'a pack that git reads otherwise',
    'cat >/dev/null; echo "pack\t$(printf 0%.0s {1..40})"',
  ),
  'tool-failed': withGit('git is killed for want of memory', 'kill -KILL $$'),
  'tool-missing': withGit('no git, and no TREE_SHA256', ''),
} satisfies Partial<Record<SourceErrorCode, Cause>>;
