import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../../base/error.ts';
import { escapeText } from '../../../base/escape.ts';
import { objectOf, parseJson } from '../../../base/json.ts';
import { RebuildError } from './errors.ts';
import { MAX_PACKAGE_BYTES, MAX_REBUILD_SECONDS, REBUILD_SECONDS } from './limits.ts';

/** The script of package.json that builds and compares. */
export const REBUILD_SCRIPT = 'image:verify';

const scriptIn = (folder: string): unknown => {
  const path = join(folder, 'package.json');
  const { size } = statSync(path);
  if (size > MAX_PACKAGE_BYTES) throw new Error(`package.json has more than ${MAX_PACKAGE_BYTES} bytes`);
  const { scripts = {} } = objectOf(parseJson(readFileSync(path), { name: 'package.json' }), 'package.json');
  return objectOf(scripts, 'scripts')[REBUILD_SCRIPT];
};

/**
 * Sees, before anything is fetched, that the folder has what is run in it.
 * @throws RebuildError `bad-folder`
 */
export const checkRebuildFolder = (folder: string): void => {
  const what = `--rebuild ${escapeText(folder)}`;
  const hint = "name a clone of the launcher's own repository";
  let script: unknown;
  try {
    script = scriptIn(folder);
  } catch (error) {
    throw new RebuildError('bad-folder', `${what}: ${escapeText(messageOf(error))}`, { hint, cause: error });
  }
  if (typeof script === 'string') return;
  throw new RebuildError('bad-folder', `${what}: its package.json has no script ${REBUILD_SCRIPT}`, { hint });
};

/**
 * How long a build may take, in seconds: `TWL_REBUILD_SECONDS`, a whole number from 1, or {@link REBUILD_SECONDS}.
 * @throws RebuildError `bad-limit`
 */
export const rebuildSeconds = ({ TWL_REBUILD_SECONDS: text }: Record<string, string | undefined>): number => {
  if (text === undefined) return REBUILD_SECONDS;
  const seconds = /^[0-9]{1,9}$/.test(text) ? Number(text) : 0;
  if (seconds >= 1 && seconds <= MAX_REBUILD_SECONDS) return seconds;
  throw new RebuildError(
    'bad-limit',
    `TWL_REBUILD_SECONDS is '${escapeText(text.slice(0, 100))}', not a whole number of seconds from 1 to ${MAX_REBUILD_SECONDS}`,
  );
};
