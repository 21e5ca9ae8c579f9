import { type Cache, cacheFolder, openCache } from '../../state/cache.ts';
import { MAX_RECORD_BYTES } from './limits.ts';

/** Where refreshed roots are kept, below this program's cache. */
const TRUST_AREA = 'trust';

/** The record of what is called `name`. */
export const recordName = (name: string): string => `${name}.json`;

/** The record of the public instance, the only one that is used without being named. */
export const PUBLIC_GOOD_RECORD = recordName('public-good');

type Environment = Readonly<Record<string, string | undefined>>;

/** The folder of what `twl trust refresh` keeps; undefined where the environment names no place for it. */
export const trustFolder = (environment: Environment): string | undefined => cacheFolder(environment, TRUST_AREA);

/** The same as files by name. */
export const trustCache = (environment: Environment): Cache | undefined => {
  const folder = trustFolder(environment);
  return folder === undefined ? undefined : openCache(folder, MAX_RECORD_BYTES);
};
