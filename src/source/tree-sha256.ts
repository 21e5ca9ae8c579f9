import { SourceError } from './errors.ts';
import { objectId } from './objects/object-id.ts';
import { encodeTree, type TreeEntry } from './objects/tree.ts';
import { showName } from './objects/tree-names.ts';
import type { SourceContext, Unit } from './unit.ts';

/** Takes note of a blob's name in the SHA-256 object format, when it will be needed. */
export const noteBlob = (context: SourceContext): ((id: string, data: Buffer) => void) | undefined => {
  if (!context.wantsTreeSha256 || context.pin.objectFormat === 'sha256') return undefined;
  return (id, data) => {
    // Each time, also for an id that was seen: two contents of one SHA-1 are what TREE_SHA256 is there to notice.
    const sha256 = objectId('sha256', 'blob', data);
    const before = context.blobSha256.get(id);
    if (before !== undefined && before !== sha256) {
      throw new SourceError('sha1-collision', `two different contents have the same SHA-1 name ${id}`, {
        hint: 'one of them was made to deceive; do not run this commit before you know where it comes from',
      });
    }
    context.blobSha256.set(id, sha256);
  };
};

/** git's order of tree entries, for a tree whose gitlinks became folders. */
const inGitOrder = (entries: TreeEntry[]): TreeEntry[] => {
  const key = ({ name, kind }: TreeEntry): string => (kind === 'folder' ? `${name}/` : name);
  return entries.sort((a, b) => (key(a) < key(b) ? -1 : 1));
};

/**
 * The tree of the pinned commit as git names it in the SHA-256 object format; a submodule brought along counts as a subtree.
 * @throws SourceError `tree-sha256-undefined` where a gitlink was not brought along: it has no name in that format
 */
export const treeSha256 = (context: SourceContext, units: readonly Unit[]): string => {
  const { blobSha256, pin } = context;
  const unitOf = new Map(units.map((unit) => [unit.path, unit]));
  const known = new Map<string, string>();
  const hashTree = (unit: Unit, tree: string, path: string): string => {
    const before = known.get(tree);
    if (before !== undefined) return before;
    const entries = (unit.layout.trees.get(tree) ?? []).map((entry): TreeEntry => {
      const below = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.kind === 'folder') return { ...entry, id: hashTree(unit, entry.id, below) };
      if (entry.kind !== 'gitlink')
        return { ...entry, id: pin.objectFormat === 'sha256' ? entry.id : (blobSha256.get(entry.id) ?? '') };
      const submodule = unitOf.get(below);
      if (submodule === undefined) {
        throw new SourceError(
          'tree-sha256-undefined',
          `TREE_SHA256 has no meaning here: the submodule at '${showName(below)}' is not brought along`,
          {
            hint: 'set SUBMODULES=yes, or leave TREE_SHA256 out',
          },
        );
      }
      return { name: entry.name, kind: 'folder', id: hashTree(submodule, submodule.layout.rootTree, below) };
    });
    const id = objectId('sha256', 'tree', encodeTree(inGitOrder(entries)));
    // With submodules a tree's hash depends on where it stands, so it is not remembered.
    if (units.length === 1) known.set(tree, id);
    return id;
  };
  const root = units[0]!;
  if (
    pin.objectFormat === 'sha256' &&
    units.length === 1 &&
    !root.layout.entries.some(({ kind }) => kind === 'gitlink')
  ) {
    return root.layout.rootTree;
  }
  return hashTree(root, root.layout.rootTree, '');
};
