import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export interface Canary {
  /** The file that appears when the planted thing runs. */
  readonly file: string;
  /** A POSIX shell script that leaves the file. */
  readonly script: string;
  /** One shell command that leaves the file, for a config value such as `core.fsmonitor`. */
  readonly command: string;
  fired(): boolean;
  /** What the planted thing said of itself, empty when it did not run. */
  trace(): string;
  reset(): void;
}

/** Something to plant: proof by a file's absence that foreign code did not run. `folder` must be outside the work directory. */
export const makeCanary = (folder: string, name = 'canary'): Canary => {
  const file = join(folder, name);
  const command = `echo "$0 $*" >> '${file}'`;
  return {
    file,
    command,
    script: `#!/bin/sh\n${command}\n`,
    fired: () => existsSync(file),
    trace: () => (existsSync(file) ? readFileSync(file, 'utf8') : ''),
    reset: () => rmSync(file, { force: true }),
  };
};
