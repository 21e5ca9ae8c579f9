import { mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diskError, remove } from '../../source/workdir/files.ts';

/** Runs `use` with a fresh folder that only this user can enter, and removes it whatever happens. */
export const withScratch = async <T>(use: (folder: string) => Promise<T>): Promise<T> => {
  let folder: string;
  try {
    folder = mkdtempSync(join(realpathSync(tmpdir()), 'twl-source-'));
  } catch (error) {
    throw diskError(error, 'making a folder for the source');
  }
  try {
    return await use(folder);
  } finally {
    remove(folder);
  }
};
