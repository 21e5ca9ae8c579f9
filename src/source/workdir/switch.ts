import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync } from 'node:fs';
import { systemCodeOf } from '../../base/error.ts';
import { fsPath, remove, toLatin1Path, withRights } from './files.ts';
import { isFolder, type WorkDir } from './inspect.ts';
import { STATE_NAME } from './paths.ts';
import { freshName } from './state-folder.ts';

/*
 * How a complete checkout gets into WORK_DIR, which may be a mount point and so cannot be renamed itself. The names are the
 * journal: `ready` holds a complete checkout; what was there before is moved out of the way entry by entry, then `ready`
 * becomes `placing`, and its entries are moved in. A start that finds `ready` or `placing` goes on where the other ended.
 * Whatever comes of it is hashed before anything runs, so a planted `ready` gains nothing.
 */

/** What the kernel says when something of another kind, or a folder with entries, is where a name should go. */
const IN_THE_WAY: ReadonlySet<string> = new Set(['ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EISDIR']);

/** Moves a file or folder to a name of the same file system; what is in the way there is deleted. */
const moveOver = (source: string | Buffer, target: string | Buffer): void => {
  try {
    withRights(source, () => renameSync(source, target));
  } catch (error) {
    if (!IN_THE_WAY.has(systemCodeOf(error))) throw error;
    remove(target);
    withRights(source, () => renameSync(source, target));
  }
};

const NONE: ReadonlySet<string> = new Set();

/**
 * Moves all that is in a folder, but for the names in `except`, into another one of the same file system, where nothing of
 * the names in `kept` is deleted.
 */
const moveEntries = (from: string, to: string, except: ReadonlySet<string>, kept = NONE): void => {
  for (const name of readdirSync(fsPath(from), 'latin1')) {
    if (except.has(name)) continue;
    const source = fsPath(`${from}/${name}`);
    try {
      (kept.has(name) ? renameSync : moveOver)(source, fsPath(`${to}/${name}`));
    } catch (error) {
      // A folder of a lower overlay layer (baked into an image) cannot be renamed: it can only be deleted.
      if (systemCodeOf(error) !== 'EXDEV') throw error;
      remove(source);
    }
  }
};

/** Whether a switch was begun or is due. */
export const switchIsDue = ({ paths }: WorkDir): boolean => existsSync(paths.ready) || existsSync(paths.placing);

/** Moves aside everything in `.git` but our own state and the config, which marks the folder as ours. */
export const clearGitFolder = ({ paths }: WorkDir, trash: string): void => {
  mkdirSync(`${trash}/git`, { recursive: true });
  moveEntries(toLatin1Path(paths.git), toLatin1Path(`${trash}/git`), new Set([STATE_NAME, 'config']));
};

/** Moves the entries of a git folder of ours into `.git`; the config replaces the one that is there. */
export const fillGitFolder = ({ paths }: WorkDir, from: string): void =>
  moveEntries(toLatin1Path(from), toLatin1Path(paths.git), new Set([STATE_NAME]));

/** Begins, or goes on with, switching in what `ready` or `placing` holds. */
export const completeSwitch = (workDir: WorkDir): void => {
  const { root, state, ready, placing, objects } = workDir.paths;
  if (!existsSync(placing)) {
    const trash = `${state}/${freshName('trash')}`;
    mkdirSync(`${trash}/tree`, { recursive: true });
    moveEntries(toLatin1Path(root), toLatin1Path(`${trash}/tree`), new Set(['.git', ...workDir.passedOver]));
    clearGitFolder(workDir, trash);
    // The objects and the quarantined pack of what was checked out before.
    for (const name of ['objects', 'quarantine']) {
      if (existsSync(`${state}/${name}`)) renameSync(`${state}/${name}`, `${trash}/${name}`);
    }
    renameSync(ready, placing);
  }
  // Planted links must not make us move the entries of some other folder.
  if (isFolder(`${placing}/tree`)) {
    moveEntries(toLatin1Path(`${placing}/tree`), toLatin1Path(root), new Set(['.git']), workDir.passedOver);
  }
  if (isFolder(`${placing}/git`)) fillGitFolder(workDir, `${placing}/git`);
  if (existsSync(`${placing}/objects`)) moveOver(`${placing}/objects`, objects);
  removeEmptied(placing);
};

/** The emptied folder goes at once; what a planted one holds beside is deleted with it. */
const removeEmptied = (placing: string): void => {
  try {
    for (const name of ['tree', 'git']) rmdirSync(`${placing}/${name}`);
    rmdirSync(placing);
  } catch {
    remove(placing);
  }
};
