import { anchorOf } from '../audit/trust/anchor.ts';
import { TrustError } from '../audit/trust/errors.ts';
import { BUILT_IN_TARGETS } from '../audit/trust/kept-root.ts';
import { type Refreshed, refreshTrust } from '../audit/trust/refresh.ts';
import { trustCache, trustFolder } from '../audit/trust/trust-cache.ts';
import { escapeText } from '../base/escape.ts';
import { rootAgeInDays } from '../provenance/trusted-root.ts';
import type { TrustRequest } from './request.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const day = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);

const changeOf = ({ before, root }: Refreshed): string => {
  if (before === undefined) return 'the first that is kept';
  return before === root.sha256 ? 'the same as before' : `another than before (${before})`;
};

/** What `verify` does with it from now on. */
const useOf = ({ kept, targets }: Refreshed, isPublic: boolean, out: string | undefined): string => {
  if (!isPublic) return `used where verify is given --trusted-root ${escapeText(out ?? 'FILE')}`;
  if (!kept) return 'not kept: verify goes on with the one that it has';
  return targets > BUILT_IN_TARGETS
    ? 'used by verify from now on, in place of the one that comes with this program'
    : 'not newer than the one that comes with this program, which verify goes on to use';
};

/**
 * `twl trust refresh`: brings the newest trusted root of an instance of Sigstore, keeps it for `verify`, and says what it is. Throws
 * TrustError, CollectError, ProvenanceError and StateError.
 */
export const runTrustRefresh = async (
  request: TrustRequest,
  environment: Environment,
  say: (line: string) => void,
): Promise<string> => {
  const anchor = anchorOf(request);
  const isPublic = anchor.name === 'public-good';
  const { out } = request;
  const folder = trustFolder(environment);
  if (out === undefined && (folder === undefined || !isPublic)) {
    throw isPublic
      ? new TrustError('no-place', 'the environment names no folder for what is kept', {
          hint: 'set HOME or XDG_CACHE_HOME, or give --out FILE',
        })
      : new TrustError('bad-request', 'verify uses the root of this instance only where it is given as a file', {
          hint: 'give --out FILE, and verify --trusted-root FILE',
        });
  }
  say(`twl: asking ${escapeText(anchor.mirror.href)} for newer roots\n`);
  const now = Math.floor(Date.now() / 1000);
  const refreshed = await refreshTrust({ anchor, cache: trustCache(environment), out, now });
  const { root, tufRoot, targets, mirror, remark, kept } = refreshed;
  if (remark !== undefined) say(`twl: note: what was kept before could not be used: ${escapeText(remark)}\n`);
  if (!kept && folder !== undefined) say(`twl: note: nothing could be kept in ${escapeText(folder)}\n`);
  return [
    `trusted root of ${root.instance}${root.simulated ? ' (SIMULATED)' : ''}`,
    `  sha256   ${root.sha256}`,
    `  newest   member of ${day(root.newestStart)}, ${rootAgeInDays(root, now)} days old`,
    `  from     ${escapeText(mirror)}, TUF root ${tufRoot}, targets ${targets}`,
    `  begun at the TUF root ${escapeText(anchor.source)}`,
    `  it is    ${changeOf(refreshed)}`,
    `  it is    ${useOf(refreshed, isPublic, out)}`,
    ...(out === undefined ? [] : [`  written  ${escapeText(out)}`]),
    '',
  ].join('\n');
};
