import { BaseError } from '../../../base/error.ts';
import { escapeText } from '../../../base/escape.ts';
import { JsonError, objectOf, parseJson, stringOf } from '../../../base/json.ts';
import type { Part } from '../../../evidence/evidence.ts';
import type { Cache } from '../../../state/cache.ts';
import { readAddress } from '../address.ts';
import { CollectError } from '../errors.ts';
import { type HttpLimits, MAX_COLLATERAL_BYTES } from '../limits.ts';
import { readNamedFile } from '../named-file.ts';
import { fetchCollateral, PHALA_PCCS } from './fetch-collateral.ts';
import { endOfCollateral } from './in-date.ts';
import type { Platform } from './platform.ts';

/** Where collateral is to come from: a file, a service that the user named, or the default one. */
export type CollateralSource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'service'; readonly url: string }
  | { readonly kind: 'default' };

export interface CollateralOptions {
  /** Seconds since 1970 that validity is judged at: a kept answer is used while it is in date then. */
  readonly now: number;
  /** Nothing is fetched: a file, or what was kept. */
  readonly offline: boolean;
  readonly cache: Cache | undefined;
  /** PEM certificates that replace the built-in roots for https. */
  readonly ca?: string;
  readonly limits?: Partial<HttpLimits>;
}

/** The area of this program's cache folder that holds collateral. */
export const COLLATERAL_AREA = 'collateral';

/** What is kept: the collateral and where it came from. */
interface Kept {
  readonly source: string;
  readonly collateral: unknown;
  /** Seconds since 1970. */
  readonly end: number;
}

const readJson = (bytes: Uint8Array, what: string): unknown =>
  parseJson(bytes, { name: what, maxBytes: MAX_COLLATERAL_BYTES });

/** What the cache has under a name; undefined where it has nothing that reads, which is then fetched again. */
const readKept = (cache: Cache | undefined, name: string): Kept | undefined => {
  const bytes = cache?.read(name);
  if (bytes === undefined) return undefined;
  try {
    const kept = objectOf(readJson(bytes, name), name);
    const { collateral } = kept;
    return { source: stringOf(kept.source, 'source'), collateral, end: endOfCollateral(collateral) };
  } catch (error) {
    if (error instanceof BaseError) return undefined;
    throw error;
  }
};

const keep = (cache: Cache | undefined, name: string, kept: Omit<Kept, 'end'>): void => {
  cache?.write(name, new TextEncoder().encode(JSON.stringify(kept)));
};

const fromFile = (path: string): Part<unknown> => {
  const origin = `file ${path}`;
  try {
    return { origin, value: readJson(readNamedFile(path, MAX_COLLATERAL_BYTES), origin) };
  } catch (cause) {
    if (!(cause instanceof JsonError)) throw cause;
    throw new CollectError('bad-answer', `${escapeText(path)} is no collateral: ${cause.message}`, {
      hint: 'give a JSON file with tcb_info, qe_identity, the two CRLs and the chains',
      cause,
    });
  }
};

const HEX_FMSPC = /^[0-9a-f]{12}$/;

const fetchAndKeep = async (
  platform: Platform,
  url: string,
  named: boolean,
  options: CollateralOptions,
  name: string,
) => {
  const { ca, limits = {}, cache } = options;
  const base = readAddress(url);
  const settings = { named, limits, ...(ca === undefined ? {} : { ca }) };
  try {
    const collateral = await fetchCollateral(base, platform, settings);
    keep(cache, name, { source: base.href, collateral });
    return { origin: `answers of ${base.href}`, value: collateral };
  } catch (cause) {
    if (cause instanceof CollectError || !(cause instanceof BaseError)) throw cause;
    throw new CollectError('bad-answer', `the collateral of ${base.href} cannot be read: ${cause.message}`, {
      hint: 'try another service',
      cause,
    });
  }
};

/**
 * DCAP collateral for a platform, in the form that `readCollateral` takes. A file is read as it is. Otherwise what was kept is
 * used while it is in date at `now`, else the service is asked and its answer is kept. Offline, what was kept is used even when it is out
 * of date: the checks say so. Throws CollectError: those of fetching and of files, and `not-cached`.
 */
export const collectCollateral = async (
  platform: Platform,
  source: CollateralSource,
  options: CollateralOptions,
): Promise<Part<unknown>> => {
  if (source.kind === 'file') return fromFile(source.path);
  if (!HEX_FMSPC.test(platform.fmspc)) throw new Error('an FMSPC is 12 lower-case hex digits');
  const name = `${platform.fmspc}-${platform.ca}.json`;
  const kept = readKept(options.cache, name);
  if (kept !== undefined && (options.offline || options.now < kept.end)) {
    return { origin: `cache, from ${kept.source}`, value: kept.collateral };
  }
  if (options.offline) {
    const what = `no collateral for platform ${platform.fmspc} (${platform.ca}) is kept here`;
    throw new CollectError('not-cached', what, { hint: 'give it as a file, or run once without --offline' });
  }
  const url = source.kind === 'service' ? source.url : PHALA_PCCS;
  return await fetchAndKeep(platform, url, source.kind === 'service', options, name);
};
