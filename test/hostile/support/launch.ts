import { type RunOptions, type RunResult, runLauncher } from '../../support/run-launcher.ts';

export type PinKeys = Record<string, string>;

/** A pin's text from its keys. */
export const pinText = (keys: PinKeys): string =>
  Object.entries(keys)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');

/** The real launcher with a pin of these keys. */
export const launchPin = (keys: PinKeys, options: Omit<RunOptions, 'config'> = {}): Promise<RunResult> =>
  runLauncher({ ...options, config: pinText(keys) });

/** What must never reach a terminal: control characters but the line feeds that end our lines, and U+FFFD from broken UTF-8. */
const RAW = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffd]/u;

/** The first raw character of a log that should have been escaped, as a code point; undefined when there is none. */
export const rawCharacterOf = (log: string): string | undefined => {
  const found = RAW.exec(log)?.[0].codePointAt(0);
  return found === undefined ? undefined : `U+${found.toString(16).padStart(4, '0')}`;
};

/** The line of a log that begins with `error:`, and those that follow from it. */
export const errorOf = ({ stderr }: RunResult): string => stderr.slice(Math.max(0, stderr.indexOf('error: ')));
