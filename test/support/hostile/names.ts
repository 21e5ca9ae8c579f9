import type { TreeEntry } from '../git-objects.ts';
import { besideEntry, fileEntry, folderEntry, type HostileTree, linkEntry } from './hostile-tree.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

const show = (name: string | Uint8Array): string =>
  typeof name === 'string' ? JSON.stringify(name) : `bytes ${Buffer.from(name).toString('hex')}`;

/** Names that no tree may hold. A NUL cannot be in one: it ends the name. */
const REFUSED: readonly (readonly [name: string, why: string])[] = [
  ['.', 'the folder itself'],
  ['..', 'the folder above'],
  ['a/b', 'a slash inside a name'],
  ['/a', 'a name that is an absolute path'],
  ['a/', 'a slash at the end of a name'],
  ['../escaped', 'a path that leaves the tree'],
  ['sub/../../escaped', 'a path that leaves the tree'],
  ['.git/hooks/post-checkout', 'a path into the git folder'],
  ['/', 'the root folder'],
  ['x'.repeat(300), 'longer than a file system takes'],
];

/** Names that are only odd: they are written as they are. */
const PLACED: readonly (string | Uint8Array)[] = [
  ...['line\nfeed', 'tab\tname', 'carriage\rreturn', '\x1b[31mred\x1b[0m', '\x07bell', '\x7f', '\x01'],
  ...['bidi\u202etxt.exe', 'zero\u200bwidth', '\u200c', '\ufeffbom', '.git\u200b', 'line\u2028separator'],
  ...['-rf', '--help', '$(touch x)', '`x`', '; x', "it's", 'a"b', '*', '?', '~', '%s%n', ' ', 'a ', ' a', 'a.', '#'],
  ...['back\\slash', 'C:\\x', 'con', 'aux.txt', 'stream:name', 'NUL'],
  ...[
    '...',
    '.. ',
    '.g',
    '.gitx',
    '.git2',
    'git',
    'git~2',
    'git~11',
    '.gi',
    'x.git',
    ' .git',
    '.g\u0131t',
    '.g\u0456t',
  ],
  ...['.mailmap', '.gitignore', 'gitmod~1', 'GITMOD~1', 'gi7eba~1', 'gi7d29~1', 'gitatt~1', '.lfsconfig'],
  ...['x'.repeat(255), 'é'.repeat(127), '日本語', '🚀'],
  bytes(0xff),
  bytes(0xc3, 0x28),
  bytes(0x63, 0x61, 0x66, 0xe9),
  bytes(0xed, 0xa0, 0x80),
  bytes(0xc0, 0xae, 0xc0, 0xae),
  bytes(0x80, 0x2e, 0x67, 0x69, 0x74),
];

const placed = (name: string, why: string, entries: Parameters<typeof besideEntry>[0]): HostileTree => ({
  name,
  build: besideEntry(entries),
  verdict: 'placed',
  why,
  server: 'git',
});

const twoFiles = (first: string | Uint8Array, second: string | Uint8Array): Parameters<typeof besideEntry>[0] => {
  return (store): TreeEntry[] => [fileEntry(store, first, 'first\n'), fileEntry(store, second, 'second\n')];
};

export const names: readonly HostileTree[] = [
  ...REFUSED.map(
    ([name, why]): HostileTree => ({
      name: `a file named ${name.length > 40 ? `${name.length} times x` : show(name)}`,
      build: besideEntry((store, planted) => [fileEntry(store, name, planted, '100755')]),
      verdict: 'refused',
      why,
      server: 'git',
    }),
  ),
  {
    name: 'a folder named ..',
    build: besideEntry((store, planted) => [folderEntry(store, '..', [fileEntry(store, 'escaped', planted)])]),
    verdict: 'refused',
    why: 'the folder above',
    server: 'git',
  },
  {
    name: 'an empty name',
    build: besideEntry((store) => [fileEntry(store, '')]),
    verdict: 'refused',
    why: 'nothing can have it',
    server: 'by hand',
  },
  ...PLACED.map((name) =>
    placed(
      `a file named ${name.length > 40 ? `${name.length} characters` : show(name)}`,
      'an odd name is still a name',
      (store) => [fileEntry(store, name)],
    ),
  ),
  placed('every odd name as a folder and a link', 'folders and links follow the same rule', (store) => [
    folderEntry(
      store,
      'folders',
      PLACED.map((name) => folderEntry(store, name, [fileEntry(store, 'x')])),
    ),
    folderEntry(
      store,
      'links',
      PLACED.map((name) => linkEntry(store, name, name)),
    ),
  ]),
  placed('names that differ by case', 'they are two on a file system that tells them apart', twoFiles('A', 'a')),
  placed('one name composed and decomposed', 'they are two as bytes', twoFiles('\u00e9', 'e\u0301')),
  placed('names that are one as UTF-8 replacement', 'they are two as bytes', twoFiles(bytes(0xff), bytes(0xfe))),
];
