import { steersCode } from './environment.ts';
import { byPlace, PinError } from './errors.ts';
import { MAX_ENV_FILE_BYTES, MAX_ERRORS } from './limits.ts';
import { maskValue } from './mask.ts';
import { readConfig } from './reader.ts';

export interface ParseEnvFileOptions {
  /** The file: what errors call the text. */
  source: string;
  /** The pin's `ALLOW_ENV`. */
  allowEnv: readonly string[];
}

export type ParsedEnvFile = { ok: true; env: Record<string, string> } | { ok: false; errors: PinError[] };

const READER = {
  keyPattern: /^[A-Za-z_][A-Za-z0-9_]*$/,
  keyRule: 'letters, digits and _, and does not start with a digit',
  maxBytes: MAX_ENV_FILE_BYTES,
  mask: maskValue,
};

/**
 * Reads a `CHILD_ENV_FILE`: the pin's grammar with names as in an environment. Values may be empty. A name that loads
 * or steers code is refused, unless the pin allows it. Values are secrets: no error holds one. Never throws.
 */
export const parseEnvFile = (bytes: Uint8Array, { source, allowEnv }: ParseEnvFileOptions): ParsedEnvFile => {
  const { lines, errors } = readConfig(bytes, { ...READER, source });
  for (const { key, line, column, text } of lines) {
    const steering = steersCode(key);
    if (steering === undefined || allowEnv.includes(key)) continue;
    if (errors.length >= MAX_ERRORS) break;
    const place = { line, column, text: maskValue(text) };
    const hint = `remove it, or list ${key} in the pin's ALLOW_ENV`;
    errors.push(
      new PinError('steering-name', `${key} ${steering.reason}, and is not allowed`, { source, place, hint }),
    );
  }
  if (errors.length > 0) return { ok: false, errors: errors.sort(byPlace) };
  return { ok: true, env: Object.fromEntries(lines.map(({ key, value }) => [key, value])) };
};
