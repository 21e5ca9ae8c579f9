import { type Cache, cacheFolder, openCache } from '../../../state/cache.ts';
import { MAX_COLLATERAL_BYTES } from '../limits.ts';
import { COLLATERAL_AREA } from './collect-collateral.ts';

/** What this user's earlier runs were told of platforms, where the environment names a place for it. It is checked like anything else. */
export const keptCollateral = (environment: Readonly<Record<string, string | undefined>>): Cache | undefined => {
  const folder = cacheFolder(environment, COLLATERAL_AREA);
  return folder === undefined ? undefined : openCache(folder, MAX_COLLATERAL_BYTES);
};
