import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { systemCodeOf } from '../base/error.ts';
import { type NewFile, writeAllAtomically } from '../state/atomic-write.ts';
import { checkOutputPath } from '../state/place.ts';

export type { NewFile };

/** A path and what names it: an option, or `TARGET`. */
export interface NamedPath {
  readonly name: string;
  readonly path: string;
}

/** The path without links, as far as it is there. Nobody gets round a comparison with a link in it, nor with `..`. */
const realPath = (path: string): string => {
  try {
    return realpathSync(path);
  } catch (error) {
    const folder = dirname(path);
    // What cannot be looked at is compared as it is written, and fails where it is used.
    return folder === path || systemCodeOf(error) !== 'ENOENT' ? path : join(realPath(folder), basename(path));
  }
};

/**
 * The first output, by its name, that is the same file as another output or as an input, with that one; undefined where none is. Writing it would
 * do away with what was judged by, or with the other result.
 */
export const clashOf = (
  outputs: readonly NamedPath[],
  inputs: readonly NamedPath[],
): readonly [NamedPath, NamedPath] | undefined => {
  const taken = new Map(inputs.map((one) => [realPath(resolve(one.path)), one]));
  for (const output of outputs) {
    const path = realPath(resolve(output.path));
    const other = taken.get(path);
    if (other !== undefined) return [output, other];
    taken.set(path, output);
  }
  return undefined;
};

/** Sees that all can be written, before anything is fetched. Throws StateError. */
export const checkOutputs = (outputs: readonly NamedPath[]): void => {
  for (const { path } of outputs) checkOutputPath(path);
};

/** Writes what a run was asked for beside its report: all of it or none. Throws StateError. */
export const writeOutputs = (files: readonly NewFile[]): void => writeAllAtomically(files);
