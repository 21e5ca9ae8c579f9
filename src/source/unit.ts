import type { Pin, RepoUrl } from '../pin/types.ts';
import type { Commit } from './objects/commit.ts';
import type { FileStats } from './checkout/file-stats.ts';
import type { Layout } from './checkout/layout.ts';
import type { ObjectBag } from './workdir/object-bag.ts';
import type { WorkDir } from './workdir/inspect.ts';
import type { Limits } from './limits.ts';

/** One commit in the work directory: the pinned one, or that of a submodule brought along. */
export interface Unit {
  /** Folder below WORK_DIR, one character a byte; empty for the pinned commit. */
  path: string;
  url: RepoUrl;
  commitId: string;
  commit: Commit;
  layout: Layout;
  stats: FileStats;
}

/** What a bringing of sources says on the way. */
export interface SourceLog {
  info(message: string): void;
  warning(message: string): void;
}

/** What all steps of one bringing share. */
export interface SourceContext {
  pin: Pin;
  limits: Limits;
  log: SourceLog;
  workDir: WorkDir;
  /** SHA-256 ids of blobs by their id, filled while they pass, when `wantsTreeSha256`. */
  blobSha256: Map<string, string>;
  wantsTreeSha256: boolean;
  /** Commits and trees seen so far. */
  bag: ObjectBag;
}

/** The gitlinks of a commit. */
export const gitlinksOf = (layout: Layout): Layout['entries'] =>
  layout.entries.filter(({ kind }) => kind === 'gitlink');
