import { lstatSync, readdirSync, renameSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import type { ObjectFormat } from '../objects/object-id.ts';
import { createFile, makeFolders, remove } from './files.ts';
import { encodeConfig } from './git-config.ts';
import { isFolder } from './inspect.ts';
import type { WorkDirPaths } from './paths.ts';

/** A name that is not there yet, with a purpose that a person can read. */
export const freshName = (purpose: string): string => `${purpose}-${randomBytes(6).toString('hex')}`;

/** Makes `.git` and the folder of ours in it, private. Whatever stands in its place without being a folder goes. */
export const makeStateFolder = ({ git, state }: WorkDirPaths): void => {
  makeFolders(git);
  const stats = lstatSync(state, { throwIfNoEntry: false });
  const isOurs = stats?.isDirectory() === true && stats.uid === process.geteuid?.() && (stats.mode & 0o077) === 0;
  if (isOurs) return;
  if (stats !== undefined) {
    const aside = `${git}/${freshName('config.old')}`;
    renameSync(state, aside);
    remove(aside);
  }
  // Another launcher may be as far as this one: the lock inside decides.
  makeFolders(state, 0o700);
};

/**
 * Puts our config in place of whatever `.git/config` is, in one step. It holds the origin, by which a later start knows
 * the folder; so it is there before anything else is placed, and never missing after.
 */
export const placeConfig = ({ git, state }: WorkDirPaths, originUrl: string, format: ObjectFormat): void => {
  const fresh = `${state}/${freshName('config')}`;
  createFile(fresh, encodeConfig({ originUrl, format }));
  const there = lstatSync(`${git}/config`, { throwIfNoEntry: false });
  if (there?.isDirectory() === true) remove(`${git}/config`);
  renameSync(fresh, `${git}/config`);
};

/** What an earlier start left behind half-done. `ready` and `placing` are complete and stay. */
export const leftovers = ({ state, ready, placing }: WorkDirPaths): string[] =>
  readdirSync(state)
    .map((name) => `${state}/${name}`)
    .filter((path) => {
      if (path === ready || path === placing) return !isFolder(path);
      return /\/(?:incoming|trash|refresh|config|witness)-[0-9a-f]+$/.test(path);
    });
