import { parsePin, type ParsedPin } from '../../src/pin/parse.ts';
import type { Pin, PinDefaults } from '../../src/pin/types.ts';

export const SHA = '3b18e512dba79e4c8300dd08aeb37f8e728b8dad';
export const SHA256 = '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321';
export const DEFAULTS: PinDefaults = { entrypointScript: 'tee-launch.sh', submodules: 'no' };

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A config of the three required keys, changed by `changes`: undefined takes a key away. */
export const config = (changes: Record<string, string | undefined> = {}): string =>
  Object.entries({ REPO_URL: 'https://example.org/a/b.git', COMMIT_SHA: SHA, WORK_DIR: '/srv/app', ...changes })
    .flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}\n`]))
    .join('');

export const parse = (text: string | Uint8Array, defaults = DEFAULTS): ParsedPin =>
  parsePin(typeof text === 'string' ? bytesOf(text) : text, { source: 'x.conf', defaults });

export const pinOf = (text: string | Uint8Array, defaults = DEFAULTS): Pin => {
  const result = parse(text, defaults);
  if (!result.ok) throw new Error(result.errors.map((error) => error.message).join('\n'));
  return result.pin;
};

/** What is wrong, as `code line:column`. */
export const faultsOf = (text: string | Uint8Array): string[] => {
  const result = parse(text);
  return result.ok ? [] : result.errors.map(({ code, line, column }) => `${code} ${line ?? '-'}:${column ?? '-'}`);
};
