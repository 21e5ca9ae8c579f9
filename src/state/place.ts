import { lstatSync, statSync } from 'node:fs';
import { systemCodeOf } from '../base/error.ts';
import { escapeText } from '../base/escape.ts';
import { StateError, stateError } from './errors.ts';

const inTheWay = (path: string): StateError =>
  new StateError('not-a-file', `${escapeText(path)} is there already, and no plain file`, {
    hint: 'name a file that is not there yet, or one to write over',
  });

/**
 * Refuses a place that holds something which a rename would do away with: a device, a pipe, a socket, a folder, or a link to one, such as
 * `/dev/stdout`. A link to a file, and one to nothing, hold nothing that would be lost.
 * @throws StateError `not-a-file`; whatever else `stat` throws
 */
export const refuseOddPlace = (path: string): void => {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) throw inTheWay(path);
};

/**
 * Sees that a file could be put at a path that the user named, before anything else is done: in the place of nothing, or of a file; a link is
 * more likely a mistake. What folders are missing can be made.
 * @throws StateError `not-a-file`, `not-permitted`, `file-missing` where a part of the path is no folder
 */
export const checkOutputPath = (path: string): void => {
  try {
    if (!lstatSync(path).isFile()) throw inTheWay(path);
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw stateError(error, 'writing', path);
  }
};
