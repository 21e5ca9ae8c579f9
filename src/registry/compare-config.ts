import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../base/json.ts';

/** Labels say something about an image; no engine acts on them. */
const WITHOUT_EFFECT = new Set(['Labels']);

/** What engines do not tell apart: a member that is absent, null, or empty. */
const normal = (name: string, value: unknown): unknown => {
  // Builders write out that the root is where a program starts.
  if (name === 'WorkingDir' && value === '/') return undefined;
  if (value === null || value === '' || value === false) return undefined;
  if (typeof value === 'object' && value !== undefined && Object.keys(value).length === 0) return undefined;
  return value;
};

/**
 * The members of an image's `config` (`Entrypoint`, `Cmd`, `Env`, `User`, `WorkingDir`, `Volumes`, …) that differ
 * between two images, in the order of the alphabet: what a derived image changes about how the program below is run.
 */
export const changedSettings = (base: JsonObject, derived: JsonObject): readonly string[] =>
  [...new Set([...Object.keys(base), ...Object.keys(derived)])]
    .filter((name) => !WITHOUT_EFFECT.has(name))
    .filter((name) => !isDeepStrictEqual(normal(name, base[name]), normal(name, derived[name])))
    .sort();
