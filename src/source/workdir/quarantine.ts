import { lstatSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import type { ObjectFormat } from '../objects/object-id.ts';
import { createFile, fsPath, remove } from './files.ts';
import { isFolder } from './inspect.ts';
import { STATE_NAME } from './paths.ts';

/**
 * Where the pack of an earlier start is kept apart: a bare repository of our making around an unread pack. git asks it like
 * a server (as a promisor remote) when the workload wants a blob, and hashes, with collision detection, what it is given. So a
 * restart neither reads the whole pack nor believes a byte of it.
 */
export const quarantineOf = (git: string): string => `${git}/${STATE_NAME}/quarantine`;

/** A pack and its index, without the ending; neither was looked into. */
export interface InheritedPack {
  stem: string;
}

/** The one pack in a git folder's object store: plain files, through no symlink. */
const packIn = (git: string): InheritedPack | undefined => {
  const folder = `${git}/objects/pack`;
  if (![git, `${git}/objects`, folder].every((path) => isFolder(fsPath(path)))) return undefined;
  const stems = readdirSync(fsPath(folder), 'latin1')
    .filter((name) => /^pack-[0-9a-f]{40,64}\.pack$/.test(name))
    .map((name) => `${folder}/${name.slice(0, -'.pack'.length)}`)
    .filter((stem) => lstatSync(fsPath(`${stem}.promisor`), { throwIfNoEntry: false }) === undefined);
  const stem = stems.length === 1 ? stems[0] : undefined;
  if (stem === undefined) return undefined;
  return isPlain(`${stem}.pack`) ? { stem } : undefined;
};

/** A regular file of ours with one name. */
const isPlain = (path: string): boolean => {
  const stats = lstatSync(fsPath(path), { throwIfNoEntry: false });
  return stats?.isFile() === true && stats.nlink === 1 && stats.uid === process.geteuid?.();
};

/**
 * The pack that an earlier start received: where a restart keeps it, or where a first start leaves it. The one that is kept
 * comes first: a workload may have made packs of its own since.
 */
export const findInheritedPack = (git: string): InheritedPack | undefined =>
  (isFolder(fsPath(`${git}/${STATE_NAME}`)) ? packIn(quarantineOf(git)) : undefined) ?? packIn(git);

/** What makes the quarantine a repository; all of it is ours but the pack and its index. */
const config = (format: ObjectFormat): string =>
  [
    '[core]',
    `\trepositoryformatversion = ${format === 'sha1' ? 0 : 1}`,
    '\tbare = true',
    ...(format === 'sha1' ? [] : ['[extensions]', '\tobjectformat = sha256']),
    '[uploadpack]',
    '\tallowAnySHA1InWant = true',
    '\tallowFilter = true',
    '',
  ].join('\n');

/**
 * Makes a fresh quarantine at `folder` and moves the pack into it.
 * @param folder does not exist yet; one character a byte
 */
export const makeQuarantine = (folder: string, { stem }: InheritedPack, format: ObjectFormat): void => {
  for (const path of ['', '/objects', '/objects/pack', '/refs']) mkdirSync(fsPath(folder + path), 0o755);
  createFile(fsPath(`${folder}/HEAD`), 'ref: refs/heads/none\n');
  createFile(fsPath(`${folder}/config`), config(format));
  const name = stem.slice(stem.lastIndexOf('/') + 1);
  // The index first: a pack without one is still found, and the files can be restored from it.
  for (const ending of ['idx', 'pack']) {
    if (!isPlain(`${stem}.${ending}`)) continue;
    renameSync(fsPath(`${stem}.${ending}`), fsPath(`${folder}/objects/pack/${name}.${ending}`));
  }
};

/**
 * Puts the pack of a quarantine that an earlier start was moving when it was killed back in its place, before what that start
 * left is deleted. Through no symlink, and nothing but the pack and its index is moved.
 * @param leftovers folders that will be deleted
 */
export const rescueQuarantine = (git: string, leftovers: readonly string[], format: ObjectFormat): void => {
  if (findInheritedPack(git) !== undefined) return;
  const inside = ['0.quarantine', '0', '0/quarantine', 'quarantine'];
  for (const leftover of leftovers.filter((path) => isFolder(fsPath(path)))) {
    for (const name of inside) {
      if (name === '0/quarantine' && !isFolder(fsPath(`${leftover}/0`))) continue;
      const pack = packIn(`${leftover}/${name}`);
      if (pack === undefined) continue;
      remove(fsPath(quarantineOf(git)));
      makeQuarantine(quarantineOf(git), pack, format);
      return;
    }
  }
};
