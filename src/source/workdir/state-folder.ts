import { closeSync, fsyncSync, lstatSync, openSync, readdirSync, renameSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import type { ObjectFormat } from '../objects/object-id.ts';
import { createFile, makeFolders, remove } from './files.ts';
import { encodeConfig } from './git-config.ts';
import { isFolder, readOriginFile } from './inspect.ts';
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
 * Says whose folder this is, before anything else is placed: our config in place of a missing one, and the origin once more in
 * our own folder, on the disk for certain. After a power loss the config may be empty, and the folder must not be a stranger's then.
 */
export const markAsOurs = ({ git, state, origin }: WorkDirPaths, originUrl: string, format: ObjectFormat): void => {
  if (readOriginFile(origin) !== originUrl) {
    const fresh = `${state}/${freshName('config')}`;
    createFile(fresh, `${originUrl}\n`);
    flush(fresh);
    replace(fresh, origin);
    flush(state);
  }
  if (lstatSync(`${git}/config`, { throwIfNoEntry: false })?.isFile() === true) return;
  const fresh = `${state}/${freshName('config')}`;
  createFile(fresh, encodeConfig({ originUrl, format }));
  replace(fresh, `${git}/config`);
};

const replace = (fresh: string, path: string): void => {
  if (isFolder(path)) remove(path);
  renameSync(fresh, path);
};

const flush = (path: string): void => {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

/** What an earlier start left behind half-done. `ready` and `placing` are complete and stay. */
export const leftovers = ({ state, ready, placing }: WorkDirPaths): string[] =>
  readdirSync(state)
    .map((name) => `${state}/${name}`)
    .filter((path) => {
      if (path === ready || path === placing) return !isFolder(path);
      return /\/(?:incoming|trash|refresh|config|witness)-[0-9a-f]+$/.test(path);
    });
