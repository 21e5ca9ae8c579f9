import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atEnd } from './at-end.ts';

export interface Scratch {
  /** An absolute path, short enough for unix sockets below it. */
  readonly path: string;
  /** A path below the folder. */
  join(...parts: string[]): string;
  remove(): void;
}

/** `rm` and not `fs.rm`: names that are no UTF-8 and paths longer than PATH_MAX must go too. Mounts are left alone. */
const removeTree = (path: string): void => {
  spawnSync('/bin/rm', ['-rf', '--one-file-system', '--', path], { stdio: 'ignore' });
};

/** A new empty folder of its own. What is not removed by its user goes at the end of the test file or process. */
export const makeScratch = (): Scratch => {
  const path = mkdtempSync(join(tmpdir(), 'twl-'));
  const forget = atEnd(() => removeTree(path));
  const remove = (): void => {
    forget();
    removeTree(path);
  };
  return { path, join: (...parts) => join(path, ...parts), remove };
};
