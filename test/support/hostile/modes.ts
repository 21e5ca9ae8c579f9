import { encodeTree, type TreeEntry } from '../git-objects.ts';
import type { ObjectStore } from '../object-store.ts';
import {
  besideEntry,
  commitOf,
  entryScript,
  fileEntry,
  folderEntry,
  type HostileTree,
  linkEntry,
} from './hostile-tree.ts';

const withMode = (mode: string, entry: (store: ObjectStore) => TreeEntry): HostileTree['build'] =>
  besideEntry((store) => [{ ...entry(store), mode }]);

const file = (store: ObjectStore): TreeEntry => fileEntry(store, 'odd', '#!/bin/sh\n');
const folder = (store: ObjectStore): TreeEntry => folderEntry(store, 'odd', [fileEntry(store, 'x')]);
const link = (store: ObjectStore): TreeEntry => linkEntry(store, 'odd', 'tee-launch.sh');

const refused = (mode: string, why: string, server: HostileTree['server'] = 'git'): HostileTree => ({
  name: `a file of mode ${JSON.stringify(mode)}`,
  build: withMode(mode, file),
  verdict: 'refused',
  why,
  server,
});

const placed = (name: string, build: HostileTree['build'], why: string): HostileTree => ({
  name,
  build,
  verdict: 'placed',
  why,
  server: 'git',
});

const PADDED = 'zero padding, which old tools wrote, is read';
const NEVER = 'git never writes it';

/** Modes beside the five that git writes. */
export const modes: readonly HostileTree[] = [
  placed('a file of mode 100664', withMode('100664', file), 'old git wrote it; it is read as 100644'),
  placed('a folder of mode 040000', withMode('040000', folder), PADDED),
  placed('a file of mode 0100644', withMode('0100644', file), PADDED),
  placed('a file of mode 0100755', withMode('0100755', file), PADDED),
  placed('a file of mode 0100664', withMode('0100664', file), `${PADDED}, and so is 100664`),
  placed('a link of mode 0120000', withMode('0120000', link), PADDED),
  placed(
    'a folder of mode 040000 between files',
    (store, options) =>
      commitOf(
        store,
        encodeTree([
          fileEntry(store, 'odd.b'),
          { ...folder(store), mode: '040000' },
          fileEntry(store, 'odd0'),
          entryScript(store, options),
        ]),
      ),
    'a padded folder sorts as a folder',
  ),
  refused('100777', NEVER),
  refused('104755', `${NEVER}: setuid`),
  refused('102755', `${NEVER}: setgid`),
  refused('101755', `${NEVER}: sticky`),
  refused('10644', `${NEVER}: a FIFO`),
  refused('20644', `${NEVER}: a character device`),
  refused('60644', `${NEVER}: a block device`),
  refused('140644', `${NEVER}: a socket`),
  refused('100600', NEVER),
  refused('100645', NEVER),
  refused('100000', NEVER),
  refused('644', NEVER),
  refused('0', NEVER),
  refused('', 'no mode at all', 'by hand'),
  refused('100844', 'not octal', 'by hand'),
  refused('-100644', 'not octal', 'by hand'),
  refused('+100644', 'not octal', 'by hand'),
  refused('toString', 'no number: a name that every object of JavaScript knows', 'by hand'),
  refused('0valueOf', 'the same behind a zero', 'by hand'),
  refused('40000100644', '100644 after an overflow of 32 bits'),
  {
    name: 'a folder of mode 40755',
    build: withMode('40755', folder),
    verdict: 'refused',
    why: NEVER,
    server: 'git',
  },
  {
    name: 'a link of mode 120777',
    build: withMode('120777', link),
    verdict: 'refused',
    why: NEVER,
    server: 'git',
  },
];
