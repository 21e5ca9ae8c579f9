import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { escapeBytes } from '../../../src/base/escape.ts';
import { hashObject, type ObjectFormat } from '../../support/git-objects.ts';
import type { ObjectStore } from '../../support/object-store.ts';

/** What stands at each path, one character a byte: kind and permissions, then the hash of the content. */
export type Listing = Record<string, string>;

const at = (path: string): Buffer => Buffer.from(path, 'latin1');

/** All that is below a folder, links not followed, but for the names at its top that are left out: `.git`, or others. */
export const listFolder = (folder: string, format: ObjectFormat = 'sha1', leftOut = ['.git']): Listing => {
  const listing: Listing = {};
  const root = Buffer.from(folder, 'utf8').toString('latin1');
  const walk = (path: string): void => {
    for (const name of readdirSync(at(root + path), 'latin1')) {
      if (path === '' && leftOut.includes(name)) continue;
      const below = `${path}/${name}`;
      const stats = lstatSync(at(root + below));
      const owner = stats.uid === process.geteuid?.() ? '' : ` of uid ${stats.uid}`;
      const mode = (stats.mode & 0o7777).toString(8) + owner;
      if (stats.isDirectory()) {
        listing[below] = `folder ${mode}`;
        walk(below);
      } else if (stats.isSymbolicLink()) {
        listing[below] = `link ${hashObject('blob', readlinkSync(at(root + below), 'buffer'), format)}`;
      } else if (stats.isFile()) {
        listing[below] = `file ${mode} ${hashObject('blob', readFileSync(at(root + below)), format)}`;
      } else listing[below] = `something else of mode ${mode}`;
    }
  };
  walk('');
  return listing;
};

const KINDS: Readonly<Record<string, string>> = {
  '40000': 'folder 755',
  '160000': 'folder 755',
  '120000': 'link',
  '100755': 'file 755',
  '100644': 'file 644',
  '100664': 'file 644',
};

interface RawEntry {
  mode: string;
  name: Buffer;
  id: string;
}

/** A tree's entries, nothing checked, by a reader that is none of the launcher's; what is cut short ends it. */
const rawEntries = (bytes: Buffer, format: ObjectFormat): RawEntry[] => {
  const idBytes = format === 'sha1' ? 20 : 32;
  const entries: RawEntry[] = [];
  for (let start = 0; start < bytes.length; ) {
    const space = bytes.indexOf(0x20, start);
    const nul = bytes.indexOf(0, space);
    if (space < 0 || nul < 0) break;
    const mode = bytes.toString('latin1', start, space);
    start = nul + 1 + idBytes;
    entries.push({ mode, name: bytes.subarray(space + 1, nul), id: bytes.toString('hex', nul + 1, start) });
  }
  return entries;
};

/** The names in all trees of a store, as a message shows them. */
export const entryNames = (store: ObjectStore): string[] =>
  store
    .objects()
    .filter(({ type }) => type === 'tree')
    .flatMap(({ bytes }) => rawEntries(Buffer.from(bytes), store.format).map(({ name }) => escapeBytes(name)));

/** What a commit must place. */
export const listCommit = (store: ObjectStore, commit: string): Listing => {
  const listing: Listing = {};
  const walk = (tree: string, path: string): void => {
    for (const { mode, name, id } of rawEntries(Buffer.from(store.get(tree)!.bytes), store.format)) {
      const kind = KINDS[mode.replace(/^0+/, '')] ?? `mode ${mode}`;
      const below = `${path}/${name.toString('latin1')}`;
      listing[below] = kind.startsWith('folder') ? kind : `${kind} ${id}`;
      if (/^0*40000$/.test(mode)) walk(id, below);
    }
  };
  const hexDigits = store.format === 'sha1' ? 40 : 64;
  walk(Buffer.from(store.get(commit)!.bytes).toString('latin1', 5, 5 + hexDigits), '');
  return listing;
};
