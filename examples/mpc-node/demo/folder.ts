import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Everything that the demo writes, in a folder of its own. */
export interface Folder {
  readonly path: string;
  join(name: string): string;
  /** Writes a file and gives its path; folders are made. */
  write(name: string, content: string | Uint8Array): string;
  remove(): void;
}

export const makeFolder = (): Folder => {
  const path = mkdtempSync(join(tmpdir(), 'twl-mpc-'));
  return {
    path,
    join: (name) => join(path, name),
    write: (name, content) => {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      writeFileSync(join(path, name), content);
      return join(path, name);
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
};
