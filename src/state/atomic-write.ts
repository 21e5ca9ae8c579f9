import { randomBytes } from 'node:crypto';
import { closeSync, constants, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { stateError } from './errors.ts';
import { refuseOddPlace } from './place.ts';

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

/** A new file beside its place, whole and flushed; it is nobody's until it is put there. */
interface Staged {
  /** Puts it in its place, and flushes the folder. */
  readonly place: () => void;
  /** Removes what was not put in its place. */
  readonly drop: () => void;
}

const stage = ({ path, bytes, mode = FILE_MODE }: NewFile): Staged => {
  const folder = dirname(path);
  const fresh = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  const drop = (): void => rmSync(fresh, { force: true });
  try {
    mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
    refuseOddPlace(path);
    try {
      writeNew(fresh, bytes, mode);
    } catch (error) {
      drop();
      throw error;
    }
  } catch (error) {
    throw stateError(error, 'writing', path);
  }
  const place = (): void => {
    try {
      renameSync(fresh, path);
      flush(folder);
    } catch (error) {
      throw stateError(error, 'writing', path);
    }
  };
  return { place, drop };
};

/** What to write, and where. */
export interface NewFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Rights; the owner's alone where it is not said. */
  readonly mode?: number;
}

/**
 * Writes several files, each as `writeAtomically` does, and all or none: they are all on the disk before the first one is put in its
 * place. Only where a name then cannot be given do those before it stay. Throws StateError.
 */
export const writeAllAtomically = (files: readonly NewFile[]): void => {
  const staged: Staged[] = [];
  try {
    for (const file of files) staged.push(stage(file));
    for (const { place } of staged) place();
  } finally {
    // One that has its place has this name no more.
    for (const { drop } of staged) drop();
  }
};

/**
 * Writes a file so that whoever reads it, at any time and after a power loss too, sees the old bytes or the new ones whole:
 * a new file in the same folder, flushed, then renamed over the old one, then the folder flushed. A symbolic link at `path` is
 * replaced and not written through; what is neither a file nor a link to one stays. Folders that are missing are made, for the owner
 * only. Throws StateError; what was there before stays then.
 */
export const writeAtomically = (path: string, bytes: Uint8Array, mode = FILE_MODE): void =>
  writeAllAtomically([{ path, bytes, mode }]);
