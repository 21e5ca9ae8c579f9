import {
  besideEntry,
  commitOf,
  entryScript,
  fileEntry,
  folderEntry,
  gitFolder,
  type HostileTree,
  linkEntry,
} from './hostile-tree.ts';
import { sortedTree } from '../git-objects.ts';

/** The code points that HFS+ leaves out when it compares names. */
export const HFS_IGNORED: readonly number[] = [
  ...[0x200c, 0x200d, 0x200e, 0x200f],
  ...[0x202a, 0x202b, 0x202c, 0x202d, 0x202e],
  ...[0x206a, 0x206b, 0x206c, 0x206d, 0x206e, 0x206f],
  0xfeff,
];

/** `.git` itself, and what NTFS takes for it: short names, trailing dots and spaces, streams, backslashes. */
const ALIASES = [
  ...['.git', '.GIT', '.Git', '.gIt'],
  ...['git~1', 'GIT~1', 'Git~1', 'git~1 ', 'git~1.', 'git~1:stream', 'git~1\\x'],
  ...['.git ', '.git.', '.git. . ', '.git...', '.GIT .'],
  ...['.git:', '.git::$INDEX_ALLOCATION', '.git...:alternate-stream', '.git :x'],
  ...['.git\\', '.git\\foo', '.GIT\\config', 'foo\\.git', 'foo\\.git\\config', 'foo\\git~1'],
];

const codePoint = (code: number): string => `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;

/** Names that HFS+ takes for `.git`: each ignored code point inside, and one of them in every other place. */
const HFS_ALIASES: readonly (readonly [label: string, name: string])[] = [
  ...HFS_IGNORED.map((code) => [`.g<${codePoint(code)}>it`, `.g${String.fromCodePoint(code)}it`] as const),
  ['<U+200C>.git', '\u200c.git'],
  ['.git<U+FEFF>', '.git\ufeff'],
  ['.G<U+200D>I<U+202E>T', '.G\u200dI\u202eT'],
];

const refused = (name: string, why: string, build: HostileTree['build']): HostileTree => ({
  name,
  build,
  verdict: 'refused',
  why,
  server: 'git',
});

/** Everything that is `.git` somewhere: refused on every system, as file, folder and link, at the top and below. */
export const gitNames: readonly HostileTree[] = [
  ...ALIASES.map((name) =>
    refused(
      `a folder named ${JSON.stringify(name)}`,
      'is .git, or NTFS takes it for .git',
      besideEntry((store, planted) => [gitFolder(store, name, planted)]),
    ),
  ),
  ...HFS_ALIASES.map(([label, name]) =>
    refused(
      `a folder named ${label}`,
      'HFS+ takes it for .git',
      besideEntry((store, planted) => [gitFolder(store, name, planted)]),
    ),
  ),
  refused(
    'a file named .git',
    'would point git at a folder of its own choice',
    besideEntry((store) => [fileEntry(store, '.git', 'gitdir: evil\n')]),
  ),
  refused(
    'a link named .git',
    'would point git at a folder of its own choice',
    besideEntry((store, planted) => [linkEntry(store, '.git', 'evil'), gitFolder(store, 'evil', planted)]),
  ),
  refused(
    'a folder named .git below another',
    'the rule holds at every depth',
    besideEntry((store, planted) => [folderEntry(store, 'sub', [gitFolder(store, '.git', planted)])]),
  ),
  refused('a .git behind other refusable things', 'the first bad entry decides', (store, options = {}) =>
    commitOf(
      store,
      sortedTree([
        entryScript(store, options),
        fileEntry(store, 'z', 'z\n', '100777'),
        gitFolder(store, '.git', options.planted ?? ''),
      ]),
    ),
  ),
];
