import { escapeText } from '../base/escape.ts';
import type { JsonObject } from '../base/json.ts';
import { RegistryError } from './errors.ts';

/** As Go's decoder folds names: by simple case, which also makes the long s (U+017F) an s and the sign of kelvin (U+212A) a k. */
const fold = (name: string): string => name.toUpperCase().toLowerCase();

/**
 * Refuses members that are one of `names` but for their case, and any two that are one another's. Engines are written in Go, whose decoder takes
 * `Architecture` for `architecture`, and of both the last (encoding/json, Unmarshal): what is read here has to be what they read. `names` holds
 * what engines know; of what they do not know today nobody can say that they never will. `what` names the object, escaped.
 * Throws RegistryError `bad-manifest`.
 */
export const checkSpelling = (fields: JsonObject, names: readonly string[], what: string): void => {
  const folded = new Map(names.map((name) => [fold(name), name]));
  for (const key of Object.keys(fields)) {
    const name = folded.get(fold(key));
    folded.set(fold(key), name ?? key);
    if (name === undefined || name === key) continue;
    throw new RegistryError(
      'bad-manifest',
      `${what} has '${escapeText(key)}', which engines read as '${escapeText(name)}'`,
    );
  }
};
