import { lstatSync } from 'node:fs';
import { escapeText } from '../../../base/escape.ts';
import { writeAtomically } from '../../../state/atomic-write.ts';
import { StateError, stateError } from '../../../state/errors.ts';
import type { Verdict } from '../../result.ts';
import { renderHtml } from './page.ts';

/** It holds nothing secret, and is made to be passed on. */
const MODE = 0o644;

/**
 * Sees that a page could be put there, before anything else is done: in the place of nothing, or of a file. Whoever is root could
 * otherwise put one in the place of `/dev/stdout`.
 * @throws StateError `not-a-file`, `not-permitted`, `file-missing` where a part of the path is no folder
 */
export const checkPagePath = (path: string): void => {
  try {
    if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === false) {
      throw new StateError('not-a-file', `${escapeText(path)} is there already, and no plain file`, {
        hint: 'name a file that is not there yet, or one to write over',
      });
    }
  } catch (error) {
    throw stateError(error, 'writing', path);
  }
};

/** Writes the page of a verdict as one: who reads sees an old one or the new one, whole. Throws StateError. */
export const writeVerdictPage = (path: string, verdict: Verdict): void => {
  checkPagePath(path);
  writeAtomically(path, Buffer.from(renderHtml(verdict), 'utf8'), MODE);
};
