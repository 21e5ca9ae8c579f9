import { hashObject } from '../git-objects.ts';
import type { ObjectStore } from '../object-store.ts';
import { besideEntry, type Entries, fileEntry, type HostileTree } from './hostile-tree.ts';

const gitlink = (store: ObjectStore, mode = '160000') => ({
  mode,
  name: 'module',
  oid: hashObject('commit', Buffer.from('elsewhere'), store.format),
});

const withModules =
  (text: string): Entries =>
  (store) => [fileEntry(store, '.gitmodules', text), gitlink(store)];

const section = (url: string, path = 'module', more = ''): string =>
  `[submodule "module"]\n\tpath = ${path}\n\turl = ${url}\n${more}`;

const refused = (name: string, why: string, entries: Entries, pin: Record<string, string> = {}): HostileTree => ({
  name,
  build: besideEntry(entries),
  verdict: 'refused',
  why,
  server: 'git',
  pin,
});

const placed = (name: string, why: string, entries: Entries, pin: Record<string, string> = {}): HostileTree => ({
  ...refused(name, why, entries, pin),
  verdict: 'placed',
});

const YES = { SUBMODULES: 'yes' };
const IGNORE = { SUBMODULES: 'ignore' };
const BAD_URL = 'the address of a submodule follows the rules of REPO_URL';

/** Gitlinks, and what a `.gitmodules` can say of them. */
export const submodules: readonly HostileTree[] = [
  refused('a gitlink without .gitmodules', 'submodules are off', (store) => [gitlink(store)]),
  refused('a gitlink with .gitmodules', 'submodules are off', withModules(section('https://example.com/x.git'))),
  refused('a gitlink of mode 0160000', 'padding does not hide it', (store) => [gitlink(store, '0160000')]),
  placed('an ignored gitlink without .gitmodules', 'an empty folder', (store) => [gitlink(store)], IGNORE),
  placed(
    'an ignored gitlink with a hostile .gitmodules',
    'the file is never read',
    withModules(section('-u./x')),
    IGNORE,
  ),
  placed('a .gitmodules without any gitlink', 'the file is never read', (store) => [
    fileEntry(store, '.gitmodules', section('ext::sh -c x')),
  ]),
  refused('a gitlink that .gitmodules does not name', 'nowhere to get it', (store) => [gitlink(store)], YES),
  ...[
    '-u./payload',
    'ext::sh -c id',
    'file:///etc',
    '/etc',
    'http://169.254.169.254/x',
    'https://u:p@example.com/x',
  ].map((url) => refused(`a submodule from ${url}`, BAD_URL, withModules(section(url)), YES)),
  refused('a submodule URL with a line feed', BAD_URL, withModules(section('"https://example.com/\\nhost=x"')), YES),
  refused(
    'a submodule path with a carriage return',
    'names no gitlink',
    withModules(section('https://x.invalid', '"module\r"')),
    YES,
  ),
  refused(
    'a submodule with an update command',
    'nothing in .gitmodules is run; its host does not exist',
    withModules(section('https://x.invalid/x.git', 'module', '\tupdate = !touch evil\n')),
    YES,
  ),
];
