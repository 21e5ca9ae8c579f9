import type { Limits } from '../limits.ts';
import { SourceError } from '../errors.ts';
import { idLength, type ObjectFormat } from './object-id.ts';
import { checkName, showName } from './tree-names.ts';

export type EntryKind = 'file' | 'executable' | 'symlink' | 'folder' | 'gitlink';

export interface TreeEntry {
  /** One character a byte: names are bytes, in any encoding. */
  name: string;
  kind: EntryKind;
  id: string;
}

/** The modes that git writes; 100664 is read as 100644 (old histories hold it). */
const KIND_OF_MODE: ReadonlyMap<string, EntryKind> = new Map([
  ['100644', 'file'],
  ['100664', 'file'],
  ['100755', 'executable'],
  ['120000', 'symlink'],
  ['40000', 'folder'],
  ['160000', 'gitlink'],
]);

/** The mode of each kind as git writes it today. */
const MODE_OF_KIND: Readonly<Record<EntryKind, string>> = {
  file: '100644',
  executable: '100755',
  symlink: '120000',
  folder: '40000',
  gitlink: '160000',
};

const SPACE = 0x20;
/** `0040000` of some old writers is the longest seen; the number of digits is bounded so that the padding is. */
const MAX_MODE_DIGITS = 8;
const ZERO_ID = /^0+$/;

/** git's order: names as bytes, a folder as if a slash followed (`base_name_compare`). */
const sortKey = (entry: TreeEntry): string => (entry.kind === 'folder' ? `${entry.name}/` : entry.name);

/**
 * Reads one tree object and holds it to the rules of trees (docs/hostile-inputs.md).
 * @param folder the path of this tree for messages, one character a byte, empty for the root
 * @throws SourceError `tree-malformed`, `tree-name-refused`, `tree-mode-refused`, `tree-duplicate-name`, `tree-order`
 */
export const parseTree = (content: Buffer, format: ObjectFormat, folder: string, limits: Limits): TreeEntry[] => {
  const idBytes = idLength(format);
  const where = folder === '' ? 'the top folder' : `folder '${showName(folder)}'`;
  const entries: TreeEntry[] = [];
  const names = new Set<string>();
  let previous = '';
  let position = 0;
  while (position < content.length) {
    const space = content.indexOf(SPACE, position);
    const nul = content.indexOf(0, space + 1);
    if (space === -1 || space - position > MAX_MODE_DIGITS || nul === -1 || nul + 1 + idBytes > content.length) {
      throw new SourceError('tree-malformed', `the tree of ${where} is malformed at byte ${position}`);
    }
    const mode = content.toString('latin1', position, space);
    const name = content.toString('latin1', space + 1, nul);
    const id = content.toString('hex', nul + 1, nul + 1 + idBytes);
    position = nul + 1 + idBytes;
    checkName(name, folder, limits.NAME_BYTES);
    const kind = KIND_OF_MODE.get(mode) ?? KIND_OF_MODE.get(mode.replace(/^0+/, ''));
    if (kind === undefined) {
      throw new SourceError(
        'tree-mode-refused',
        `mode ${showName(mode)} of '${showName(name)}' in ${where} is refused`,
        {
          hint: 'git writes 100644, 100755, 120000, 40000 and 160000 only; the others could set special bits',
        },
      );
    }
    if (ZERO_ID.test(id)) throw new SourceError('tree-malformed', `'${showName(name)}' in ${where} has no object id`);
    if (names.has(name)) {
      throw new SourceError('tree-duplicate-name', `two entries of ${where} are named '${showName(name)}'`);
    }
    names.add(name);
    const entry: TreeEntry = { name, kind, id };
    const key = sortKey(entry);
    if (key <= previous) {
      throw new SourceError('tree-order', `'${showName(name)}' in ${where} is not in git's order`);
    }
    previous = key;
    entries.push(entry);
  }
  return entries;
};

/** The bytes of a tree object in git's canonical form; `ids` are hex. */
export const encodeTree = (entries: Iterable<TreeEntry>): Buffer => {
  const parts: Buffer[] = [];
  for (const { kind, name, id } of entries) {
    parts.push(Buffer.from(`${MODE_OF_KIND[kind]} ${name}\0`, 'latin1'), Buffer.from(id, 'hex'));
  }
  return Buffer.concat(parts);
};
