import type { EntryKind } from './objects/tree.ts';
import type { Unit } from './unit.ts';
import { toLatin1Path } from './workdir/files.ts';

/**
 * What stands at a path of the checkout, found in the trees of the commit and not on disk, so through no symlink.
 * @param path relative, as the pin gives it
 */
export const findInUnits = (units: readonly Unit[], path: string): EntryKind | undefined => {
  const segments = toLatin1Path(path).split('/');
  let unit = units[0];
  let tree = unit?.layout.rootTree;
  let kind: EntryKind | undefined;
  for (const [place, segment] of segments.entries()) {
    if (unit === undefined || tree === undefined) return undefined;
    const entry = unit.layout.trees.get(tree)?.find(({ name }) => name === segment);
    kind = entry?.kind;
    tree = entry?.kind === 'folder' ? entry.id : undefined;
    if (entry?.kind !== 'gitlink') continue;
    const folder = segments.slice(0, place + 1).join('/');
    const submodule = units.find((other) => other.path === folder);
    if (submodule === undefined) continue;
    unit = submodule;
    tree = submodule.layout.rootTree;
    kind = 'folder';
  }
  return kind;
};
