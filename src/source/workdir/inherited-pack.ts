import { readdirSync } from 'node:fs';
import { fsPath } from './files.ts';
import { isFolder } from './inspect.ts';

/** The one pack of a checkout that an earlier start placed; undefined where there is none, or more than one, or a link on the way. */
export const findInheritedPack = (git: string): string | undefined => {
  const folder = `${git}/objects/pack`;
  if (!isFolder(fsPath(git)) || !isFolder(fsPath(`${git}/objects`)) || !isFolder(fsPath(folder))) return undefined;
  const packs = readdirSync(fsPath(folder), 'latin1').filter((name) => /^pack-[0-9a-f]{40,64}\.pack$/.test(name));
  return packs.length === 1 ? `${folder}/${packs[0]}` : undefined;
};
