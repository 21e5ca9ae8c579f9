import {
  chmodSync,
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { messageOf, systemCodeOf } from '../../base/error.ts';
import { escapeText } from '../../base/escape.ts';
import { SourceError } from '../errors.ts';

/** A path whose names are kept one character a byte, as the file system calls want it. */
export const fsPath = (latin1: string): string | Buffer =>
  /^[\x00-\x7f]*$/.test(latin1) ? latin1 : Buffer.from(latin1, 'latin1');

/** A path of the pin or the system (UTF-8 text) in the one-character-a-byte form that names of the commit are kept in. */
export const toLatin1Path = (path: string): string => Buffer.from(path, 'utf8').toString('latin1');

/** As `mkdir -p`, and with the kernel's own reason when it fails: Node's answers a read-only disk with ENOENT. */
export const makeFolders = (path: string, mode = 0o777): void => {
  try {
    mkdirSync(path, mode);
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === 'EEXIST' && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    makeFolders(dirname(path), mode);
    makeFolders(path, mode);
  }
};

/** Writes all of `bytes`: a short write is not an error of the call. */
export const writeAllSync = (descriptor: number, bytes: Buffer): void => {
  for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done, bytes.length - done);
};

/** Creates a file that must not exist yet, never through a symlink. */
export const createFile = (path: string | Buffer, bytes: Buffer | string, mode = 0o644): void => {
  const descriptor = openSync(path, 'wx', mode);
  try {
    writeAllSync(descriptor, typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : bytes);
  } finally {
    closeSync(descriptor);
  }
};

const NOT_PERMITTED: ReadonlySet<string> = new Set(['EACCES', 'EPERM']);

/**
 * Does something to a file or folder of ours; where that is not permitted, once more after every folder in it was made
 * writable: read-only folders (the module cache of Go leaves some) can be neither moved nor emptied without root's rights.
 */
export const withRights = (path: string | Buffer, act: () => void): void => {
  try {
    act();
  } catch (error) {
    if (!NOT_PERMITTED.has(systemCodeOf(error))) throw error;
    makeWritable(typeof path === 'string' ? Buffer.from(path, 'utf8').toString('latin1') : path.toString('latin1'));
    act();
  }
};

/**
 * Gives the owner all rights on the folders at and below a path, through no symlink. By descriptors: a path may be longer than
 * the kernel takes in one.
 */
const makeWritable = (latin1: string): void => {
  const path = fsPath(latin1);
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return;
  chmodSync(path, 0o700);
  const folder = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    const at = `/proc/self/fd/${folder}`;
    for (const name of readdirSync(at, 'latin1')) makeWritable(`${at}/${name}`);
  } finally {
    closeSync(folder);
  }
};

/** Deletes a file or a whole folder, through no symlink; nothing there is fine. */
export const remove = (path: string | Buffer): void => {
  withRights(path, () => rmSync(path, { recursive: true, force: true, maxRetries: 0 }));
};

/** A failure of the file system as an error that says what to do. */
export const diskError = (error: unknown, doing: string): SourceError => {
  if (error instanceof SourceError) return error;
  const what = `${doing} failed: ${escapeText(messageOf(error))}`;
  switch (systemCodeOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new SourceError('disk-full', what, {
        hint: 'make room on the volume of WORK_DIR (df -h, df -i) and start again; nothing was run',
        cause: error,
      });
    case 'EROFS':
      return new SourceError('disk-read-only', what, {
        hint: 'WORK_DIR must be writable: mount a volume or a tmpfs there',
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
      return new SourceError('work-dir-unusable', what, {
        hint: `give the user of the launcher (uid ${process.geteuid?.() ?? '?'}) the folder, or name another WORK_DIR`,
        cause: error,
      });
    default:
      return new SourceError('disk-failed', what, { hint: 'look at the volume of WORK_DIR', cause: error });
  }
};
