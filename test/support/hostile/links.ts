import {
  besideEntry,
  commitOf,
  type Entries,
  entryScript,
  fileEntry,
  folderEntry,
  type HostileTree,
  linkEntry,
} from './hostile-tree.ts';
import { sortedTree } from '../git-objects.ts';

const placed = (name: string, why: string, entries: Entries): HostileTree => ({
  name,
  build: besideEntry(entries),
  verdict: 'placed',
  why,
  server: 'git',
});

const refused = (name: string, why: string, entries: Entries, pin?: Record<string, string>): HostileTree => ({
  name,
  build: besideEntry(entries),
  verdict: 'refused',
  why,
  server: 'git',
  ...(pin === undefined ? {} : { pin }),
});

const DATA = 'a link is data, wherever it points';
const UNWRITABLE = 'no file system can hold such a link';

const link =
  (name: string, target: string | Uint8Array): Entries =>
  (store) => [linkEntry(store, name, target)];

/** Links: written as they are, never followed. */
export const links: readonly HostileTree[] = [
  placed('a link to an absolute path', DATA, link('out', '/etc/passwd')),
  placed('a link above the tree', DATA, link('up', '../../../../etc')),
  placed('a link to nothing', DATA, link('dangling', 'no such file')),
  placed('a link to itself', DATA, link('loop', 'loop')),
  placed('a link to its folder', DATA, link('here', '.')),
  placed('a link into .git', DATA, link('hooks', '.git/hooks')),
  placed('a link to a terminal sequence', DATA, link('odd', '\x1b]0;x\x07\n')),
  placed('a link to bytes that are no UTF-8', DATA, link('latin', Uint8Array.of(0x63, 0x61, 0x66, 0xe9))),
  placed('a link to 4,095 bytes', `${DATA}; the longest there can be`, link('long', 'x'.repeat(4095))),
  placed('two links in a ring', DATA, (store) => [linkEntry(store, 'a', 'b'), linkEntry(store, 'b', 'a')]),
  ...['.gitmodules', '.gitattributes', '.gitignore', '.mailmap'].map((name) =>
    placed(`a link named ${name}`, `${DATA}: the file is never read`, link(name, '/etc/passwd')),
  ),
  placed(
    'a link and a folder that differ by case',
    'two names; nothing is written through a link',
    (store, planted) => [
      linkEntry(store, 'A', '.git/hooks'),
      folderEntry(store, 'a', [fileEntry(store, 'post-checkout', planted, '100755')]),
    ],
  ),
  refused('a link to an empty target', UNWRITABLE, link('empty', '')),
  refused('a link with a NUL inside', UNWRITABLE, link('nul', 'a\0b')),
  refused('a link to 5,000 bytes', UNWRITABLE, link('long', 'x'.repeat(5000))),
  {
    name: 'an entry script that is a link',
    build: (store, options = {}) =>
      commitOf(
        store,
        sortedTree([{ ...entryScript(store, options), name: 'real.sh' }, linkEntry(store, 'tee-launch.sh', 'real.sh')]),
      ),
    verdict: 'refused',
    why: 'the entry is a real file of the commit',
    server: 'git',
  },
  refused(
    'an entry script behind a linked folder',
    'the entry is never reached through a link',
    (store, planted) => [
      linkEntry(store, 'way', 'real'),
      folderEntry(store, 'real', [fileEntry(store, 'run.sh', planted, '100755')]),
    ],
    { ENTRYPOINT_SCRIPT: 'way/run.sh' },
  ),
  refused(
    'a REPO_SUBDIR that leaves the tree by a link',
    'the folder is a real one of the commit',
    link('sub', '/tmp'),
    {
      REPO_SUBDIR: 'sub',
    },
  ),
  refused(
    'a REPO_SUBDIR that is a link inside the tree',
    'the folder is a real one of the commit',
    (store, planted) => [
      linkEntry(store, 'sub', 'real'),
      folderEntry(store, 'real', [fileEntry(store, 'tee-launch.sh', planted, '100755')]),
    ],
    { REPO_SUBDIR: 'sub' },
  ),
  refused('a REPO_SUBDIR that is a file', 'the folder is a folder', (store) => [fileEntry(store, 'sub')], {
    REPO_SUBDIR: 'sub',
  }),
  refused('a REPO_SUBDIR that is not there', 'the folder is one of the commit', () => [], { REPO_SUBDIR: 'sub' }),
];
