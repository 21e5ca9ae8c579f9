import { lstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, systemCodeOf } from '../../base/error.ts';
import { escapeText } from '../../base/escape.ts';
import { writeAtomically } from '../../state/atomic-write.ts';
import { PinningError } from './errors.ts';

/** Both hold nothing secret, and the engine may run as somebody else. */
const MODE = 0o644;

const exists = (path: string): PinningError =>
  new PinningError('file-exists', `${escapeText(path)} is there already`, {
    hint: 'name another folder with --out, or write over it with --force',
  });

const unusable = (path: string, error: unknown): PinningError =>
  new PinningError('folder-unusable', `${escapeText(path)} cannot be written: ${escapeText(messageOf(error))}`, {
    hint: 'name a folder with --out that you can write to',
    cause: error,
  });

/**
 * Sees that nothing would be written over, before anything else is done.
 * @throws PinningError `file-exists`, `folder-unusable`
 */
export const checkFree = (folder: string, names: readonly string[]): void => {
  for (const path of names.map((name) => join(folder, name))) {
    try {
      if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) throw exists(path);
    } catch (error) {
      throw error instanceof PinningError ? error : unusable(path, error);
    }
  }
};

/** Writes a file that is not there yet, through no link. */
const writeNew = (path: string, text: string): void => {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: MODE, flush: true });
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') throw exists(path);
    throw unusable(path, error);
  }
};

/**
 * Writes the files into a folder, which is made where it is missing: all of them, or none that was not there before.
 * @returns their paths
 * @throws PinningError `file-exists`, `folder-unusable`; with `force` StateError
 */
export const writeFiles = (folder: string, texts: Readonly<Record<string, string>>, force: boolean): string[] => {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw unusable(folder, error);
  }
  const written: string[] = [];
  for (const [name, text] of Object.entries(texts)) {
    const path = join(folder, name);
    try {
      if (force) writeAtomically(path, Buffer.from(text, 'utf8'), MODE);
      else writeNew(path, text);
    } catch (error) {
      if (!force) for (const done of written) rmSync(done, { force: true });
      throw error;
    }
    written.push(path);
  }
  return written;
};
