import { encodeTree, sortedTree, type TreeEntry } from '../git-objects.ts';
import type { ObjectStore } from '../object-store.ts';
import {
  besideEntry,
  type BuildOptions,
  commitOf,
  DEFAULT_PLANTED,
  entryScript,
  fileEntry,
  folderEntry,
  type HostileTree,
  linkEntry,
} from './hostile-tree.ts';

/** A root tree in exactly the order given, the entry script where the function puts it. */
const exactly =
  (make: (store: ObjectStore, script: TreeEntry, planted: string) => TreeEntry[]): HostileTree['build'] =>
  (store: ObjectStore, options: BuildOptions = {}) =>
    commitOf(store, encodeTree(make(store, entryScript(store, options), options.planted ?? DEFAULT_PLANTED)));

const refused = (name: string, why: string, build: HostileTree['build']): HostileTree => ({
  name,
  build,
  verdict: 'refused',
  why,
  server: 'git',
});

const TWICE = 'two entries of one name';
const ORDER = "not in git's order";

/** Trees whose entries are each fine, but not together. */
export const shapes: readonly HostileTree[] = [
  refused(
    'one name twice, two files',
    TWICE,
    exactly((store, script) => [fileEntry(store, 'a', 'first\n'), fileEntry(store, 'a', 'second\n'), script]),
  ),
  refused(
    'one name twice, the same file',
    TWICE,
    exactly((store, script) => [fileEntry(store, 'a'), fileEntry(store, 'a'), script]),
  ),
  refused(
    'the entry script twice',
    TWICE,
    exactly((store, script, planted) => [script, fileEntry(store, 'tee-launch.sh', planted, '100755')]),
  ),
  refused(
    'a link, then a folder of its name',
    `${TWICE}: the folder would be written through the link`,
    exactly((store, script, planted) => [
      linkEntry(store, 'a', '/tmp'),
      folderEntry(store, 'a', [fileEntry(store, 'escaped', planted)]),
      script,
    ]),
  ),
  refused(
    'a link and a folder of its name, another entry between',
    `${TWICE}, each in its right place`,
    exactly((store, script, planted) => [
      linkEntry(store, 'a', '.git/hooks'),
      fileEntry(store, 'a.b'),
      folderEntry(store, 'a', [fileEntry(store, 'post-checkout', planted, '100755')]),
      script,
    ]),
  ),
  refused(
    'a file and a folder of one name',
    TWICE,
    exactly((store, script) => [fileEntry(store, 'a'), folderEntry(store, 'a', [fileEntry(store, 'b')]), script]),
  ),
  refused(
    'a file and a folder of one name, far apart',
    TWICE,
    exactly((store, script) => [
      fileEntry(store, 'a'),
      ...['a!', 'a-b', 'a.b'].map((name) => fileEntry(store, name)),
      folderEntry(store, 'a', [fileEntry(store, 'b')]),
      script,
    ]),
  ),
  refused(
    'entries in reverse',
    ORDER,
    exactly((store, script) => [script, fileEntry(store, 'b'), fileEntry(store, 'a')]),
  ),
  refused(
    'a folder sorted as if it were a file',
    ORDER,
    exactly((store, script) => [folderEntry(store, 'a', [fileEntry(store, 'x')]), fileEntry(store, 'a.b'), script]),
  ),
  refused(
    'a file sorted as if it were a folder',
    ORDER,
    exactly((store, script) => [fileEntry(store, 'a.b'), fileEntry(store, 'a'), script]),
  ),
  refused(
    'wrong order below a good root',
    ORDER,
    besideEntry((store) => [
      {
        mode: '40000',
        name: 'sub',
        oid: store.add('tree', encodeTree([fileEntry(store, 'b'), fileEntry(store, 'a')])),
      },
    ]),
  ),
  {
    name: 'names around a folder in the right order',
    build: besideEntry((store) => [
      ...['a!', 'a.b', 'a0'].map((name) => fileEntry(store, name)),
      folderEntry(store, 'a', [fileEntry(store, 'x')]),
    ]),
    verdict: 'placed',
    why: 'a folder counts with a slash behind its name',
    server: 'git',
  },
  {
    name: 'an empty folder',
    build: besideEntry((store) => [{ mode: '40000', name: 'empty', oid: store.add('tree', sortedTree([])) }]),
    verdict: 'placed',
    why: 'git never writes one, but it is a tree',
    server: 'git',
  },
];
