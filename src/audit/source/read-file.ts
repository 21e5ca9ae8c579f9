import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { SourceError } from '../../source/errors.ts';
import { objectId } from '../../source/objects/object-id.ts';
import { showName } from '../../source/objects/tree-names.ts';
import { fsPath } from '../../source/workdir/files.ts';
import type { BroughtUnits } from './bring-commit.ts';

/** A regular file of the commit or of a submodule brought along. */
export interface CommitFile {
  /** From the top of the checkout, one character a byte. */
  path: string;
  id: string;
  size: number;
}

/** The regular file at a path, found in the trees and not on disk, so through no symlink. */
export const fileAt = ({ units, sizes }: BroughtUnits, path: string): CommitFile | undefined => {
  for (const unit of units) {
    const below = unit.path === '' ? '' : `${unit.path}/`;
    if (!path.startsWith(below)) continue;
    const rest = path.slice(below.length);
    const entry = unit.layout.entries.find((one) => one.path === rest);
    if (entry?.kind === 'file' || entry?.kind === 'executable') {
      return { path, id: entry.id, size: sizes.get(entry.id) ?? 0 };
    }
  }
  return undefined;
};

/**
 * The bytes of a file, hashed once more: they lay on a disk meanwhile.
 * @throws SourceError `object-missing`
 */
export const readCommitFile = ({ context, root }: BroughtUnits, { path, id }: CommitFile): Buffer => {
  const descriptor = openSync(fsPath(`${root}/${path}`), constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const bytes = readFileSync(descriptor);
    if (objectId(context.pin.objectFormat, 'blob', bytes) === id) return bytes;
    throw new SourceError('object-missing', `'${showName(path)}' was changed while it was looked at`);
  } finally {
    closeSync(descriptor);
  }
};
