import { readFileSync } from 'node:fs';
import { escapeBytes } from '../base/escape.ts';
import { LaunchError } from './errors.ts';

/** What `bin/` puts in front of variables that would steer Node itself, to hand them on. */
const ASIDE_PREFIX = 'TWL_SET_ASIDE_';

/** What `bin/` sets for Node and nobody else; whatever had the name before was set aside. */
const OWN_VARIABLES = ['MALLOC_ARENA_MAX'];

/**
 * The environment as it was before `bin/` set aside what would have steered Node.
 * @param names what was set aside; a variable that merely has such a name from outside is like any other
 */
export const restoreEnvironment = (
  environment: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
): Record<string, string> => {
  const aside = new Set(names.map((name) => ASIDE_PREFIX + name));
  const own = new Set(OWN_VARIABLES);
  // Entries and not assignments: a variable may be called __proto__.
  const entries = Object.entries(environment).flatMap(([name, value]): [string, string][] => {
    if (value === undefined || own.has(name)) return [];
    return [[aside.has(name) ? name.slice(ASIDE_PREFIX.length) : name, value]];
  });
  return Object.fromEntries(entries);
};

/**
 * Node turns what is not UTF-8 into U+FFFD, so such a variable could not be passed on unchanged. It is refused by name.
 * @throws LaunchError `environment-encoding`
 */
export const checkEncoding = (environ: Buffer): void => {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let start = 0;
  while (start < environ.length) {
    const nul = environ.indexOf(0, start);
    const end = nul < 0 ? environ.length : nul;
    const entry = environ.subarray(start, end);
    start = end + 1;
    try {
      decoder.decode(entry);
    } catch {
      const name = escapeBytes(entry.subarray(0, Math.max(0, entry.indexOf(0x3d)))).replace(ASIDE_PREFIX, '');
      throw new LaunchError('environment-encoding', `the environment variable '${name}' is not UTF-8`, {
        hint: 'it could not be handed to the workload unchanged: give it a UTF-8 value, or remove it',
      });
    }
  }
};

/** The environment of this process as the kernel keeps it; empty where there is no /proc. */
export const readRawEnvironment = (): Buffer => {
  try {
    return readFileSync('/proc/self/environ');
  } catch {
    return Buffer.alloc(0);
  }
};
