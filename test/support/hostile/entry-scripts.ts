import { sortedTree, type TreeEntry } from '../git-objects.ts';
import type { ObjectStore } from '../object-store.ts';
import { commitOf, DEFAULT_ENTRY, ENTRY_NAME, fileEntry, folderEntry, type HostileTree } from './hostile-tree.ts';

const root =
  (make: (store: ObjectStore, script: string) => TreeEntry[]): HostileTree['build'] =>
  (store, options = {}) =>
    commitOf(store, sortedTree(make(store, options.entry ?? DEFAULT_ENTRY)));

const refused = (name: string, why: string, build: HostileTree['build']): HostileTree => ({
  name,
  build,
  verdict: 'refused',
  why,
  server: 'git',
});

const placed = (name: string, why: string, build: HostileTree['build']): HostileTree => ({
  ...refused(name, why, build),
  verdict: 'placed',
});

/** What can stand where the entry script should. */
export const entryScripts: readonly HostileTree[] = [
  refused(
    'no entry script',
    'not in the commit',
    root((store) => [fileEntry(store, 'README')]),
  ),
  refused(
    'an empty root tree',
    'no entry script in the commit',
    root(() => []),
  ),
  refused(
    'an entry script that is a folder',
    'the entry is a real file of the commit',
    root((store) => [folderEntry(store, ENTRY_NAME, [fileEntry(store, 'x')])]),
  ),
  refused(
    'an entry script in another case',
    'names are compared as bytes',
    root((store, script) => [fileEntry(store, 'TEE-LAUNCH.SH', script, '100755')]),
  ),
  placed(
    'an entry script that is not executable',
    'bash reads it',
    root((store, script) => [fileEntry(store, ENTRY_NAME, script, '100644')]),
  ),
  placed(
    'an entry script without a first line for the kernel',
    'bash reads it',
    root((store, script) => [fileEntry(store, ENTRY_NAME, script.replace(/^#!.*\n/, ''), '100755')]),
  ),
];
