import { lstatSync, mkdirSync, realpathSync, rmSync } from 'node:fs';
import { dirname, isAbsolute, normalize } from 'node:path';
import { escapeText } from '../../base/escape.ts';
import { stateError } from '../../state/errors.ts';
import { writeAtomically } from '../../state/atomic-write.ts';
import { LaunchError } from '../errors.ts';
import { FOLDER_VARIABLE, RECEIPT_FOLDER, RECEIPT_NAME } from './place.ts';

/** twl-attest runs as another user and may read; only the launcher's user may write. */
const FOLDER_MODE = 0o755;
const FILE_MODE = 0o644;

const unusable = (folder: string, why: string): LaunchError =>
  new LaunchError('receipt-not-written', `the receipt's folder '${escapeText(folder)}' ${why}`, {
    hint: `name a folder of its own in ${FOLDER_VARIABLE}, outside of WORK_DIR`,
  });

/** The folder, or the first above it that is there. */
const nearestOf = (folder: string): string =>
  lstatSync(folder, { throwIfNoEntry: false }) === undefined ? nearestOf(dirname(folder)) : folder;

/**
 * The folder of the receipt, made where it is missing. It must be a real folder and lie outside of the checkout: an earlier run may
 * have put a link in its place, and a file written through that would be one more in WORK_DIR, or a committed one replaced.
 * @param root WORK_DIR, its links resolved
 * @throws LaunchError `receipt-not-written`, StateError
 */
export const receiptFolder = (environment: Readonly<Record<string, string | undefined>>, root: string): string => {
  const folder = environment[FOLDER_VARIABLE] ?? RECEIPT_FOLDER;
  if (!isAbsolute(folder) || normalize(folder) !== folder || folder.endsWith('/')) {
    throw unusable(folder, 'is no absolute path in its shortest form');
  }
  const refuseInside = (real: string): void => {
    if (`${real}/`.startsWith(`${root}/`)) throw unusable(folder, 'lies in WORK_DIR');
  };
  try {
    // Before it is made as well: an empty folder in the checkout would be one too many.
    refuseInside(realpathSync(nearestOf(folder)));
    mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
    if (!lstatSync(folder).isDirectory()) throw unusable(folder, 'is a link and no folder');
    refuseInside(realpathSync(folder));
  } catch (error) {
    throw error instanceof LaunchError ? error : stateError(error, 'making', folder);
  }
  return folder;
};

/** Writes the receipt, whole or not at all. @returns its path. @throws StateError */
export const writeReceipt = (folder: string, bytes: Uint8Array): string => {
  const path = `${folder}/${RECEIPT_NAME}`;
  writeAtomically(path, bytes, FILE_MODE);
  return path;
};

/** Takes away what an earlier start left: it would say more than this one can. */
export const removeReceipt = (folder: string): void => rmSync(`${folder}/${RECEIPT_NAME}`, { force: true });
