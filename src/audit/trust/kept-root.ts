import { messageOf } from '../../base/error.ts';
import type { TrustedRoot } from '../../provenance/trusted-root.ts';
import type { Cache } from '../../state/cache.ts';
import { type Anchor, publicGoodAnchor } from './anchor.ts';
import { proveRecord, readRecord } from './record.ts';
import { PUBLIC_GOOD_RECORD } from './trust-cache.ts';

/** The version of the TUF targets that name the trusted root that comes with this program. */
export const BUILT_IN_TARGETS = 14;

const utc = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');

/**
 * The public instance's root as the last refresh brought it, with why it is not used where it cannot be; both undefined where there is none
 * that is newer than the one that comes with this program. It is proven anew, since the folder is no safer than the network.
 */
export const keptPublicGoodRoot = (
  cache: Cache | undefined,
  anchor: Anchor = publicGoodAnchor(),
): { readonly root: TrustedRoot | undefined; readonly remark: string | undefined } => {
  const none = { root: undefined, remark: undefined };
  const bytes = cache?.read(PUBLIC_GOOD_RECORD);
  if (bytes === undefined) return none;
  try {
    const record = readRecord(bytes, PUBLIC_GOOD_RECORD);
    const source = `brought by \`twl trust refresh\` at ${utc(record.fetched)} from ${record.mirror}`;
    const { root, targets } = proveRecord(record, anchor, source);
    return targets > BUILT_IN_TARGETS ? { root, remark: undefined } : none;
  } catch (error) {
    return { ...none, remark: messageOf(error) };
  }
};
