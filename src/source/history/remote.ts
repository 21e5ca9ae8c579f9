import type { RepoUrl } from '../../pin/types.ts';
import type { Limits } from '../limits.ts';
import type { NetworkSettings } from '../transport/fetch.ts';
import type { Want } from '../transport/protocol.ts';
import type { CommitGraph } from './graph.ts';
import type { HistoryLimits } from './limits.ts';
import type { RefList } from './refs.ts';
import type { HistoryQuery } from './requests.ts';

/** Where a history is, and within which bounds it is asked for. */
export interface HistoryAddress {
  url: RepoUrl;
  /** The commit that is looked for. */
  want: Want;
  settings: NetworkSettings;
  bounds: HistoryLimits;
  /** A path in a scratch folder that does not exist yet. */
  scratch: string;
}

/** A repository that was asked for its branches and tags, and can be asked for their history. */
export interface RemoteHistory {
  readonly list: RefList;
  /** Whether commits come without their files. */
  readonly filters: boolean;
  /** Whether the repository turned out not to have all of its history: then nothing follows from what was not found. */
  isCut(): boolean;
  /** Adds the commits and tags of an answer to `graph`, each hashed. @returns bytes of the pack */
  fetch(query: HistoryQuery, graph: CommitGraph, limits: Limits): Promise<number>;
}
