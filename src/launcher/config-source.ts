import { existsSync } from 'node:fs';
import { messageOf, systemCodeOf } from '../base/error.ts';
import { escapeText } from '../base/escape.ts';
import { MAX_PIN_BYTES } from '../pin/limits.ts';
import { LaunchError } from './errors.ts';
import { readBounded } from './read-bounded.ts';

/** A pin whole in one variable: for a read-only container, where nothing in the file system can be rewritten. */
export const CONFIG_VARIABLE = 'LAUNCHER_CONFIG';

export interface ConfigSource {
  /** For messages: a path, or the variable's name. */
  name: string;
  bytes: Uint8Array;
}

/**
 * The bytes of the pin: from the file that was named, from LAUNCHER_CONFIG, or from the default file. Two pins at once are an
 * error, never a choice: whoever checks the deployment must not have to guess which one counts.
 * @throws LaunchError `two-pins`, `config-missing`, `config-unreadable`
 */
export const readConfigSource = (
  named: string | undefined,
  inline: string | undefined,
  defaultPath: string,
): ConfigSource => {
  if (inline !== undefined) {
    const other = named ?? (existsSync(defaultPath) ? defaultPath : undefined);
    if (other !== undefined) {
      throw new LaunchError(
        'two-pins',
        `there is a pin in ${CONFIG_VARIABLE} and another one in '${escapeText(other)}'`,
        {
          hint: `keep one: unset ${CONFIG_VARIABLE}, or remove the file`,
        },
      );
    }
    return { name: CONFIG_VARIABLE, bytes: Buffer.from(inline, 'utf8') };
  }
  const path = named ?? defaultPath;
  return { name: path, bytes: readConfigFile(path) };
};

const readConfigFile = (path: string): Uint8Array => {
  try {
    return readBounded(path, MAX_PIN_BYTES + 1);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') {
      throw new LaunchError('config-missing', `config file not found: ${escapeText(path)}`, {
        hint: `mount the file there, name another one, or give the pin in ${CONFIG_VARIABLE}`,
        cause: error,
      });
    }
    const what = `config file ${escapeText(path)} cannot be read: ${escapeText(messageOf(error))}`;
    throw new LaunchError('config-unreadable', what, {
      hint: 'check what is mounted there and its mode',
      cause: error,
    });
  }
};
