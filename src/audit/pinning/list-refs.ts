import type { ObjectFormat, RepoUrl } from '../../pin/types.ts';
import { remedyOf, SourceError } from '../../source/errors.ts';
import { HISTORY_LIMITS, withHistoryLimits } from '../../source/history/limits.ts';
import type { RefList } from '../../source/history/refs.ts';
import { openHistory } from '../../source/history/open-history.ts';
import type { Limits } from '../../source/limits.ts';
import { pauseMs } from '../../source/transport/fetch.ts';
import { settingsFor, type SourceNetwork } from '../source/network.ts';

/** Branches and tags, and the object format that their ids are of. */
export interface ListedRefs {
  readonly list: RefList;
  readonly format: ObjectFormat;
}

/** Tries where the failure is transient: whoever types a command can type it again. */
const ATTEMPTS = 3;

/** No object is asked for, so this one, which git has none of, stands for it. */
const nothing = (format: ObjectFormat): string => '0'.repeat(format === 'sha1' ? 40 : 64);

interface ListRequest {
  readonly url: RepoUrl;
  readonly limits: Limits;
  readonly network: SourceNetwork;
  /** A path that does not exist yet. */
  readonly scratch: string;
}

const listAs = async (
  { url, limits: given, network, scratch }: ListRequest,
  format: ObjectFormat,
): Promise<ListedRefs> => {
  const limits = withHistoryLimits(given, HISTORY_LIMITS);
  const settings = settingsFor(url, true, network, limits);
  const want = { commit: nothing(format), format };
  for (let round = 1; ; round++) {
    try {
      const { list } = await openHistory({ url, want, settings, bounds: HISTORY_LIMITS, scratch });
      return { list, format };
    } catch (error) {
      const pause = pauseMs(round, 0, limits);
      const isLast = round >= Math.min(ATTEMPTS, limits.ATTEMPTS);
      if (isLast || remedyOf(error) !== 'retry' || performance.now() + pause > settings.deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
};

/**
 * Asks a repository once for its branches and tags. Which object format it has is found out by trying.
 * @throws SourceError
 */
export const listRefs = async (request: ListRequest): Promise<ListedRefs> => {
  try {
    return await listAs(request, 'sha1');
  } catch (error) {
    if (!(error instanceof SourceError) || error.code !== 'object-format-mismatch') throw error;
    return await listAs(request, 'sha256');
  }
};
