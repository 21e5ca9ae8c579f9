import { lstatSync, rmSync } from 'node:fs';
import { isAbsolute, normalize } from 'node:path';
import type { Logger } from '../../base/log.ts';
import { messageOf } from '../../base/error.ts';
import { escapeText } from '../../base/escape.ts';
import { FOLDER_VARIABLE, RECEIPT_FOLDER, RECEIPT_NAME } from './place.ts';

/**
 * Takes away the receipt of an earlier start where this one leaves none: it would tell of a launch that is over. Before the source is brought, so that
 * nothing of the checkout can be lost, wherever the folder lies. What cannot be taken away is a warning: nobody believes a file by
 * itself (docs/receipt.md).
 */
export const dropReceipt = (environment: Readonly<Record<string, string | undefined>>, log: Logger): void => {
  const folder = environment[FOLDER_VARIABLE] ?? RECEIPT_FOLDER;
  const file = `${folder}/${RECEIPT_NAME}`;
  try {
    // No launcher writes through a link or to a path that is spelled otherwise: what lies there is not a receipt of ours.
    if (!isAbsolute(folder) || normalize(folder) !== folder) return;
    if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return;
    if (lstatSync(file, { throwIfNoEntry: false }) === undefined) return;
    rmSync(file);
    log.info(`the receipt of an earlier start was removed: ${escapeText(file)}`);
  } catch (error) {
    log.warning(`the receipt of an earlier start stays at ${escapeText(file)}: ${escapeText(messageOf(error))}`);
  }
};
