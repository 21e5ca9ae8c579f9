import { lstatSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { escapeText } from '../../base/escape.ts';
import type { RepoUrl } from '../../pin/types.ts';
import { SourceError } from '../../source/errors.ts';
import { findGitFolder } from '../../source/transport/local-fetch.ts';
import { checkPublic } from './address.ts';

/** What the auditor said of the repository whose submodules these are. */
export interface Named {
  readonly root: RepoUrl;
  /** The auditor named `root`; else the evidence did. */
  readonly named: boolean;
  /** Nothing is fetched but from this machine. */
  readonly offline: boolean;
}

/** Whether two addresses lead to the same server by the same scheme, host and port. */
export const isSameServer = (one: RepoUrl, other: RepoUrl): boolean =>
  one.kind === 'http' && other.kind === 'http' && new URL(one.text).origin === new URL(other.text).origin;

/** The git folder of a repository has its objects to itself: a link would lead to those of another. */
const hasOwnObjects = (gitFolder: string): boolean => {
  const objects = join(gitFolder, 'objects');
  const entries = ['', ...readdirSync(objects)].map((name) => join(objects, name));
  const pack = join(objects, 'pack');
  const packs = entries.includes(pack) && lstatSync(pack).isDirectory() ? readdirSync(pack) : [];
  return [...entries, ...packs.map((name) => join(pack, name))].every((path) => !lstatSync(path).isSymbolicLink());
};

/** Whether a path leads, through whatever links, to a repository inside of the one at `root`: in its files or in its git folder. */
const liesInside = (path: string, root: string): boolean => {
  try {
    const folders = [root, findGitFolder(root)].map((folder) => `${realpathSync(folder)}/`);
    const isInside = (real: string): boolean => folders.some((folder) => real.startsWith(folder));
    if (!isInside(realpathSync(path))) return false;
    const gitFolder = realpathSync(findGitFolder(path));
    return isInside(gitFolder) && hasOwnObjects(gitFolder);
  } catch {
    return false;
  }
};

/**
 * Throws where a submodule is not fetched from `url`. `.gitmodules` is never the auditor's, whatever he named: it gets https to a public host,
 * the very server that he named, or a repository inside of the folder that he named; ssh, and any other path of this machine, never.
 * `path` is the submodule's, one character a byte. Throws SourceError `address-refused`.
 */
export const checkSubmodule = (path: string, url: RepoUrl, { root, named, offline }: Named): void => {
  const refused = (why: string, hint: string): SourceError =>
    new SourceError('address-refused', `the submodule at '${escapeText(path)}' ${why}`, { hint });
  const ELSEWHERE =
    'an audit fetches submodules from public https, from the server that --source names, or inside of its folder';
  if (url.kind === 'local') {
    if (named && root.kind === 'local' && liesInside(url.path, root.path)) return;
    throw refused('is at a path of this machine that is no repository inside of the one that was named', ELSEWHERE);
  }
  if (offline) throw refused('is elsewhere, and nothing is fetched with --offline', 'leave --offline out');
  if (url.kind === 'ssh') throw refused('is to be had over ssh only', ELSEWHERE);
  if (named && isSameServer(url, root)) return;
  if (named && root.kind === 'http' && new URL(url.text).hostname === new URL(root.text).hostname) {
    throw refused('is at another port of the host that was named', ELSEWHERE);
  }
  checkPublic(url, `the address of the submodule at '${escapeText(path)}' comes from the repository and`);
};
