import { encodeTree, type TreeEntry } from '../git-objects.ts';
import type { ObjectStore } from '../object-store.ts';
import { besideEntry, fileEntry, folderEntry, type HostileTree } from './hostile-tree.ts';

/** `width` entries for the tree below, `depth` times over: width ** depth files of one blob. */
const nested = (store: ObjectStore, width: number, depth: number): string => {
  let mode = '100644';
  let oid = store.addBlob('x\n');
  for (let level = 0; level < depth; level++) {
    const entries = Array.from({ length: width }, (_, i): TreeEntry => ({ mode, name: `e${i}`, oid }));
    oid = store.add('tree', encodeTree(entries));
    mode = '40000';
  }
  return oid;
};

const deep = (store: ObjectStore, depth: number, name: string): TreeEntry => {
  let entry = fileEntry(store, 'x');
  for (let level = 0; level < depth; level++) entry = folderEntry(store, name, [entry]);
  return entry;
};

const bomb = (name: string, limit: string, why: string, build: HostileTree['build']): HostileTree => ({
  name,
  build,
  verdict: 'refused',
  why,
  server: 'git',
  limit,
  heavy: true,
});

const MEBIBYTE = 2 ** 20;

/** Few bytes on the wire that grow without measure. Which of them a launcher takes is a matter of its limits. */
export const bombs: readonly HostileTree[] = [
  bomb(
    'a million files from six trees',
    'paths',
    'counted by path, before any is written',
    besideEntry((store) => [{ mode: '40000', name: 'bomb', oid: nested(store, 10, 6) }]),
  ),
  bomb(
    'ten thousand million files from ten trees',
    'paths',
    'counting must not walk them one by one',
    besideEntry((store) => [{ mode: '40000', name: 'bomb', oid: nested(store, 10, 10) }]),
  ),
  bomb(
    'a million empty folders',
    'paths',
    'folders are paths too',
    besideEntry((store) => {
      let oid = store.add('tree', encodeTree([]));
      for (let level = 0; level < 6; level++) {
        const names = Array.from({ length: 10 }, (_, i) => `e${i}`);
        oid = store.add('tree', encodeTree(names.map((name) => ({ mode: '40000', name, oid }))));
      }
      return [{ mode: '40000', name: 'bomb', oid }];
    }),
  ),
  bomb(
    '300 MiB of zeros in one file',
    'one object',
    'grows a thousandfold',
    besideEntry((store) => [{ mode: '100644', name: 'zeros', oid: store.addBlob(Buffer.alloc(300 * MEBIBYTE)) }]),
  ),
  bomb(
    '40 MiB of zeros at a thousand paths',
    'total bytes written',
    'one small object, 40 GiB on the disk',
    besideEntry((store) => {
      const oid = store.addBlob(Buffer.alloc(40 * MEBIBYTE));
      const name = (i: number): string => `z${String(i).padStart(3, '0')}`;
      return Array.from({ length: 1000 }, (_, i) => ({ mode: '100644', name: name(i), oid }));
    }),
  ),
  bomb(
    'folders 5,000 deep',
    'depth',
    'deeper than a path can name',
    besideEntry((store) => [deep(store, 5000, 'd')]),
  ),
  bomb(
    'a path of 6,000 bytes from 24 names',
    'path length',
    'longer than a path can be',
    besideEntry((store) => [deep(store, 24, 'd'.repeat(250))]),
  ),
  {
    name: 'folders 100 deep',
    build: besideEntry((store) => [deep(store, 100, 'd')]),
    verdict: 'placed',
    why: 'deep, but a tree that tools can make',
    server: 'git',
  },
];
