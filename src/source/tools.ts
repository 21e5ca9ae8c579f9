import { accessSync, constants, statSync } from 'node:fs';

/** Where tools are looked for: never in the PATH of the environment, which is not covered by the pin. */
const FIXED_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** The absolute path of a program, or undefined where the machine has none. */
export const findTool = (name: string): string | undefined =>
  FIXED_PATH.map((folder) => `${folder}/${name}`).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return statSync(path).isFile();
    } catch {
      return false;
    }
  });
