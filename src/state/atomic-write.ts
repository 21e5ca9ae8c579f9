import { randomBytes } from 'node:crypto';
import { closeSync, constants, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { stateError } from './errors.ts';

/** Rights of what is written unless the caller says otherwise: the owner's alone. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

const flush = (path: string): void => {
  const descriptor = openSync(path, constants.O_RDONLY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

const writeNew = (path: string, bytes: Uint8Array, mode: number): void => {
  const descriptor = openSync(path, 'wx', mode);
  try {
    // A short write is not an error of the call.
    for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

/**
 * Writes a file so that whoever reads it, at any time and after a power loss too, sees the old bytes or the new ones whole:
 * a new file in the same folder, flushed, then renamed over the old one, then the folder flushed. A symbolic link at `path` is
 * replaced and not written through. Folders that are missing are made, for the owner only. Throws StateError; what was there
 * before stays then.
 */
export const writeAtomically = (path: string, bytes: Uint8Array, mode = FILE_MODE): void => {
  const folder = dirname(path);
  const fresh = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
    try {
      writeNew(fresh, bytes, mode);
      renameSync(fresh, path);
    } catch (error) {
      rmSync(fresh, { force: true });
      throw error;
    }
    flush(folder);
  } catch (error) {
    throw stateError(error, 'writing', path);
  }
};
