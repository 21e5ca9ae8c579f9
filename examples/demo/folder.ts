import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the demo's files go if no other folder is named; git ignores it. */
const DEFAULT = fileURLToPath(new URL('../../demo-out', import.meta.url));
/** Only a folder that holds this file is emptied. */
const MARK = '.twl-demo';

export interface Folder {
  readonly path: string;
  /** The absolute path of a file below the folder. */
  join(name: string): string;
  /** Writes a file, whose folder is made where there is none. */
  write(name: string, content: string | Uint8Array): void;
}

/** A fresh folder for the demo's files, in place of those of an earlier run. Throws where somebody else's files lie there. */
export const openFolder = (named: string | undefined): Folder => {
  const path = named === undefined ? DEFAULT : resolve(named);
  if (existsSync(join(path, MARK))) rmSync(path, { recursive: true, force: true });
  else if (existsSync(path) && readdirSync(path).length > 0) {
    throw new Error(`${path} holds files that are not of an earlier run of the demo; name another folder`);
  }
  const write: Folder['write'] = (name, content) => {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), content);
  };
  write(MARK, 'Made by `npm run demo`, which replaces this folder whole.\n');
  return { path, join: (name) => join(path, name), write };
};
