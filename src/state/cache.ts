import { isAbsolute, join } from 'node:path';
import { readBounded } from './read-bounded.ts';
import { writeAtomically } from './atomic-write.ts';

/** The folder of this program among the caches of a user. */
const PROGRAM = 'trusted-workload-launcher';

/** Files by name, which may go at any time. What is read from it is as untrusted as what it was written from. */
export interface Cache {
  /** Undefined where there is none, or where it cannot be read: then it is fetched anew. */
  readonly read: (name: string) => Uint8Array | undefined;
  /** Whether it was kept. That it was not is no error: the next run fetches again. */
  readonly write: (name: string, bytes: Uint8Array) => boolean;
}

/** A name that is one file in the folder and nothing else. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,200}$/;

/**
 * The folder `area` of this program in `$XDG_CACHE_HOME`, else in `$HOME/.cache` (XDG Base Directory Specification: a relative
 * path is to be ignored). Undefined where the environment names neither.
 */
export const cacheFolder = (
  environment: Readonly<Record<string, string | undefined>>,
  area: string,
): string | undefined => {
  const { XDG_CACHE_HOME: given = '', HOME: home = '' } = environment;
  const base = isAbsolute(given) ? given : isAbsolute(home) ? join(home, '.cache') : undefined;
  return base === undefined ? undefined : join(base, PROGRAM, area);
};

/** A cache in `folder`, of files of at most `maxBytes`. */
export const openCache = (folder: string, maxBytes: number): Cache => {
  const pathOf = (name: string): string => {
    if (!NAME.test(name)) throw new Error('the name of a cache entry is not one file name');
    return join(folder, name);
  };
  return {
    read: (name) => {
      const path = pathOf(name);
      try {
        return readBounded(path, maxBytes);
      } catch {
        return undefined;
      }
    },
    write: (name, bytes) => {
      const path = pathOf(name);
      try {
        writeAtomically(path, bytes);
        return true;
      } catch {
        return false;
      }
    },
  };
};
