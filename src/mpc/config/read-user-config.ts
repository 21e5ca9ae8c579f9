import { parse, TomlError } from 'smol-toml';
import { StateError } from '../../state/errors.ts';
import { readBounded } from '../../state/read-bounded.ts';
import { escapeText } from '../../base/escape.ts';
import { MpcError } from '../errors.ts';
import { MAX_USER_CONFIG_BYTES, MAX_USER_CONFIG_DEPTH } from '../limits.ts';
import { findWideInteger, isTable, type TomlTable } from './toml-values.ts';

/** The two tables of a user config. What else is in the file is left alone. */
export interface UserConfig {
  readonly launcher: TomlTable;
  /** Opaque: the node's. Secrets are in it. */
  readonly node: TomlTable;
}

const readBytes = (path: string): Uint8Array => {
  try {
    return readBounded(path, MAX_USER_CONFIG_BYTES);
  } catch (cause) {
    if (!(cause instanceof StateError)) throw cause;
    const hint =
      cause.code === 'file-missing'
        ? 'hand it to the machine as its user config, and mount /tapp:/tapp:ro into the container of the launcher'
        : (cause.hint ?? 'look at that file');
    throw new MpcError('user-config-unreadable', `the user config cannot be read: ${cause.message}`, { hint, cause });
  }
};

const malformed = (path: string, what: string, cause?: unknown): MpcError =>
  new MpcError('user-config-malformed', `the user config ${escapeText(path)} ${what}`, {
    hint: 'write it as UTF-8 and TOML (https://toml.io); docs/mpc-launcher.md shows a whole one',
    cause,
  });

const decode = (path: string, bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw malformed(path, 'is not UTF-8');
  }
};

const tableOf = (document: TomlTable, name: string): TomlTable => {
  const value = Object.hasOwn(document, name) ? document[name] : undefined;
  if (value === undefined) {
    throw new MpcError('key-missing', `the user config has no table [${name}]`, {
      hint: 'docs/mpc-launcher.md shows a whole one',
    });
  }
  if (isTable(value)) return value;
  throw new MpcError('value-invalid', `${name} of the user config is not a table`, { hint: `begin it with [${name}]` });
};

/** The tables of a config's text. `path` is for messages. Throws MpcError as {@link readUserConfig}. */
export const parseUserConfig = (bytes: Uint8Array, path: string): UserConfig => {
  const text = decode(path, bytes);
  let document: TomlTable;
  try {
    document = parse(text, {
      integersAsBigInt: true,
      maxDepth: MAX_USER_CONFIG_DEPTH,
      unsafeKeyBehaviour: 'throw',
    });
  } catch (error) {
    // The parser's message shows the lines around, where keys and tokens may stand; neither it nor the error goes any further.
    if (!(error instanceof TomlError)) throw malformed(path, 'is no TOML');
    const [first = ''] = error.message.split('\n');
    const why = escapeText(first.replace(/^Invalid TOML document: /, ''));
    throw malformed(path, `is no TOML: line ${error.line}, column ${error.column}: ${why}`);
  }
  const wide = findWideInteger(document, '');
  if (wide !== undefined) throw malformed(path, `holds an integer of more than 64 bits: ${escapeText(wide)}`);
  return { launcher: tableOf(document, 'launcher_config'), node: tableOf(document, 'mpc_node_config') };
};

/**
 * Reads the operator's file, which the host can write: nothing in it is measured. Throws MpcError `user-config-unreadable`,
 * `user-config-malformed`, `key-missing`, `value-invalid`.
 */
export const readUserConfig = (path: string): UserConfig => parseUserConfig(readBytes(path), path);
