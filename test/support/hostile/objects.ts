import { encodeTag, hashObject, nullOid, sortedTree, type TreeEntry } from '../git-objects.ts';
import type { ObjectStore } from '../object-store.ts';
import { besideEntry, commitOf, entryScript, fileEntry, folderEntry, type HostileTree } from './hostile-tree.ts';

type Refused = Omit<HostileTree, 'verdict' | 'server'> & { server?: HostileTree['server'] };

const refused = ({ server = 'by hand', ...rest }: Refused): HostileTree => ({ ...rest, verdict: 'refused', server });

const sound = (store: ObjectStore): TreeEntry[] => [entryScript(store)];

/** A root tree's bytes, changed, as a commit. */
const changedRoot =
  (change: (tree: Buffer) => Buffer): HostileTree['build'] =>
  (store, options = {}) =>
    commitOf(store, change(sortedTree([entryScript(store, options), fileEntry(store, 'z')])));

const named = (mode: string, oid: (store: ObjectStore) => string): HostileTree['build'] =>
  besideEntry((store) => [{ mode, name: 'odd', oid: oid(store) }]);

const unknownOid = (store: ObjectStore, type: string): string => hashObject(type, Buffer.from('missing'), store.format);

/** Commits whose objects are not what is said of them, or not there. */
export const objects: readonly HostileTree[] = [
  refused({ name: 'a missing file', why: 'not sent', build: named('100644', (store) => unknownOid(store, 'blob')) }),
  refused({ name: 'a missing folder', why: 'not sent', build: named('40000', (store) => unknownOid(store, 'tree')) }),
  refused({
    name: 'a missing root tree',
    why: 'not sent',
    build: (store) => store.addCommit({ tree: unknownOid(store, 'tree') }),
  }),
  refused({ name: 'a file of the null hash', why: 'names nothing', build: named('100644', (s) => nullOid(s.format)) }),
  refused({ name: 'a folder of the null hash', why: 'names nothing', build: named('40000', (s) => nullOid(s.format)) }),
  refused({
    name: 'a folder that is a file',
    why: 'wrong type',
    build: named('40000', (s) => s.addBlob('not a tree\n')),
  }),
  refused({
    name: 'a file that is a folder',
    why: 'wrong type',
    build: named('100644', (store) => store.add('tree', sortedTree(sound(store)))),
    server: 'git',
  }),
  refused({
    name: 'a link that is a folder',
    why: 'wrong type',
    build: named('120000', (store) => store.add('tree', sortedTree(sound(store)))),
    server: 'git',
  }),
  refused({
    name: 'a file that is a commit',
    why: 'wrong type',
    build: named('100644', (store) => commitOf(store, sortedTree(sound(store)))),
    server: 'git',
  }),
  refused({
    name: 'one object as file and as folder',
    why: 'wrong type once',
    build: besideEntry((store) => {
      const folder = folderEntry(store, 'b', sound(store));
      return [{ ...folder, mode: '100644', name: 'a' }, folder];
    }),
  }),
  refused({
    name: 'a root tree that is a file',
    why: 'wrong type',
    build: (store) => store.addCommit({ tree: store.addBlob('not a tree\n') }),
  }),
  refused({
    name: 'a tree that ends inside a hash',
    why: 'cut short',
    build: changedRoot((tree) => tree.subarray(0, -5)),
  }),
  refused({
    name: 'a tree that ends inside a name',
    why: 'cut short',
    build: changedRoot((tree) => Buffer.concat([tree, Buffer.from('100644 zz')])),
  }),
  refused({
    name: 'a commit without a tree line',
    why: 'no commit',
    build: (store) => store.add('commit', Buffer.from('author A <a@example.com> 1 +0000\n\nx\n')),
  }),
  refused({
    name: 'a pin that is a tree',
    why: 'the pin names a commit',
    build: (store) => store.add('tree', sortedTree(sound(store))),
    server: 'git',
  }),
  refused({
    name: 'a pin that is a file',
    why: 'the pin names a commit',
    build: (store) => store.addBlob('#!/bin/bash\n'),
    server: 'git',
  }),
  refused({
    name: 'a pin that is a tag',
    why: 'the pin names a commit, and is not followed to one',
    build: (store) => store.add('tag', encodeTag(commitOf(store, sortedTree(sound(store))), 'commit')),
    server: 'git',
  }),
  {
    name: 'a commit with a signature and unknown headers',
    build: (store, options = {}) =>
      store.addCommit({
        tree: store.add('tree', sortedTree([entryScript(store, options)])),
        parents: [unknownOid(store, 'commit')],
        extra: ['gpgsig -----BEGIN PGP SIGNATURE-----', ' tree 0', ' -----END PGP SIGNATURE-----', 'x-odd \x1b[31m'],
        message: 'tree of evil\n\nparent none',
      }),
    verdict: 'placed',
    why: 'only the first line names the tree',
    server: 'git',
  },
];
