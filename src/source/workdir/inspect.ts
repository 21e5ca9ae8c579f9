import { lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { escapeText } from '../../base/escape.ts';
import { systemCodeOf } from '../../base/error.ts';
import { SourceError } from '../errors.ts';
import { diskError, makeFolders } from './files.ts';
import { MAX_CONFIG_BYTES, readOriginUrl } from './git-config.ts';
import { readInherited } from './inherited.ts';
import { mountsAt } from './mounts.ts';
import { STATE_NAME, type WorkDirPaths, workDirPaths } from './paths.ts';

/** A folder that `mkfs` leaves at the top of a volume; it is passed over there and nowhere else. */
const LOST_AND_FOUND = 'lost+found';

export interface WorkDir {
  paths: WorkDirPaths;
  /** There is a `.git` whose origin is the pin's REPO_URL: it may hold bytes worth looking at. */
  inherited: boolean;
  /** Top-level names that are neither looked at nor touched. */
  passedOver: ReadonlySet<string>;
}

/**
 * Looks at WORK_DIR and decides whether it may be used, creating it where it is missing and else changing nothing.
 * @param isForbidden the pin's rule for WORK_DIR, asked again when a symlink leads elsewhere
 * @throws SourceError `work-dir-…`, `disk-…`
 */
export const inspectWorkDir = (workDir: string, repoUrl: string, isForbidden: (path: string) => boolean): WorkDir => {
  const root = openFolder(workDir);
  if (root !== workDir && isForbidden(root)) {
    throw unusable(workDir, `leads to '${escapeText(root)}', which may not be used`);
  }
  const { isMountPoint, below } = mountsAt(root);
  if (below.length > 0) {
    throw new SourceError('work-dir-mount', `something is mounted inside WORK_DIR, at '${escapeText(below[0]!)}'`, {
      hint: 'mount it outside WORK_DIR: the launcher owns all of that folder and removes what the commit does not hold',
    });
  }
  const passedOver = new Set(isMountPoint && isFolder(`${root}/${LOST_AND_FOUND}`) ? [LOST_AND_FOUND] : []);
  const paths = workDirPaths(root);
  return { paths, inherited: isInherited(workDir, paths, repoUrl, passedOver), passedOver };
};

const openFolder = (workDir: string): string => {
  try {
    makeFolders(workDir);
    const root = realpathSync(workDir);
    if (!statSync(root).isDirectory()) throw unusable(workDir, 'is not a folder');
    return root;
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST' || systemCodeOf(error) === 'ENOTDIR')
      throw unusable(workDir, 'is not a folder');
    throw diskError(error, `opening WORK_DIR '${escapeText(workDir)}'`);
  }
};

const isInherited = (
  workDir: string,
  paths: WorkDirPaths,
  repoUrl: string,
  passedOver: ReadonlySet<string>,
): boolean => {
  const names = list(paths.root).filter((name) => !passedOver.has(name));
  if (names.length === 0) return false;
  const shown = escapeText(workDir);
  if (!names.includes('.git') || !isFolder(paths.git)) {
    throw new SourceError('work-dir-not-ours', `WORK_DIR '${shown}' is not empty and is not a git checkout`, {
      hint: 'nothing was touched; empty the folder yourself, or name another WORK_DIR',
    });
  }
  const euid = process.geteuid?.() ?? 0;
  const { uid, dev } = lstatSync(paths.git);
  if (uid !== euid || dev !== lstatSync(paths.root).dev) {
    throw unusable(workDir, `holds a .git that belongs to uid ${uid}, and the launcher runs as uid ${euid}`);
  }
  const origin = readOrigin(paths.git) ?? readOriginFile(paths.origin);
  if (origin === undefined) {
    // A first launch that was killed before its config was there left an empty .git, or one with our state only.
    const isOurStart =
      names.length === 1 && list(paths.git).every((name) => name === STATE_NAME || name.startsWith('config.'));
    if (isOurStart) return false;
    throw new SourceError(
      'work-dir-not-ours',
      `WORK_DIR '${shown}' is not empty and its .git has no origin: not a checkout of ours`,
      {
        hint: 'nothing was touched; empty the folder yourself, or name another WORK_DIR',
      },
    );
  }
  if (origin !== repoUrl) {
    throw new SourceError(
      'work-dir-origin',
      `existing checkout at '${shown}' has origin '${showOrigin(origin)}' but config wants '${escapeText(repoUrl)}'`,
      { hint: 'nothing was touched; use another WORK_DIR (or an empty volume) for another repository' },
    );
  }
  return true;
};

/** An inherited origin may have a secret in it; the pin never has. */
const showOrigin = (origin: string): string => escapeText(origin.slice(0, 500).replace(/(:\/\/)[^@/]*@/, '$1***@'));

const list = (folder: string): string[] => {
  try {
    return readdirSync(folder, 'latin1');
  } catch (error) {
    throw diskError(error, `reading '${escapeText(folder)}'`);
  }
};

/** Whether a real folder stands at a path; a file on the way, or a link, is none. */
export const isFolder = (path: string | Buffer): boolean => {
  try {
    return lstatSync(path).isDirectory();
  } catch {
    return false;
  }
};

/** The origin that a `.git` says it has. */
const readOrigin = (git: string): string | undefined => {
  const text = readText(`${git}/config`);
  return text === undefined ? undefined : readOriginUrl(text);
};

/** The origin as our own folder keeps it. */
export const readOriginFile = (path: string): string | undefined =>
  isFolder(dirname(path)) ? readText(path)?.replace(/\n$/, '') || undefined : undefined;

const readText = (path: string): string | undefined => readInherited(path, MAX_CONFIG_BYTES)?.toString('utf8');

const unusable = (workDir: string, why: string): SourceError =>
  new SourceError('work-dir-unusable', `WORK_DIR '${escapeText(workDir)}' ${why}`, { hint: 'name another WORK_DIR' });
