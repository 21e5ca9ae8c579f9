import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { makeCanary } from '../../support/canary.ts';
import { type GitResult, tryGit } from '../../support/git-command.ts';
import type { ObjectFormat } from '../../support/git-objects.ts';
import { type GitServer, startGitServer } from '../../support/git-server.ts';
import { ENTRY_NAME, type HostileTree, WORKLOAD_LINE } from '../../support/hostile-trees.ts';
import { ObjectStore } from '../../support/object-store.ts';
import type { RunResult } from '../../support/run-launcher.ts';
import { makeScratch, type Scratch } from '../../support/scratch.ts';
import { type Listing, entryNames, listCommit, listFolder } from './files.ts';
import { servedByHand } from './hand-served.ts';
import { launchPin } from './launch.ts';

/** What one launch of a hostile commit left behind. */
export interface TreeOutcome {
  commit: string;
  run: RunResult;
  workloadRan: boolean;
  /** Whether any script that the commit hoped to get run has run. */
  plantedRan: string;
  /** What an error can name: the entries of the commit's trees, the entry script, values of the pin; quoted, as errors do. */
  places: string[];
  /** What stands in WORK_DIR, and what the commit says; the second only for commits that are placed. */
  found: Listing;
  expected: Listing | undefined;
  git: { head: string; status: string; fsck: GitResult } | undefined;
}

interface Prepared {
  tree: HostileTree;
  store: ObjectStore;
  commit: string;
}

/** A place where hostile commits are served and launched. */
export interface TreeBench {
  launch(tree: HostileTree, env?: Record<string, string>): Promise<TreeOutcome>;
  close(): Promise<void>;
}

/** Serves all of these commits from one repository, those that git does not serve from packs made by hand. */
export const makeTreeBench = async (trees: readonly HostileTree[], format: ObjectFormat): Promise<TreeBench> => {
  const scratch = makeScratch();
  const canary = makeCanary(scratch.path, `planted-${format}`);
  const prepared = new Map<string, Prepared>();
  const shared = new ObjectStore(format);
  const gitDir = scratch.join('trees.git');
  await shared.makeBareRepository(gitDir);
  for (const tree of trees) {
    const store = new ObjectStore(format);
    const commit = tree.build(store, { planted: canary.script });
    prepared.set(tree.name, { tree, store, commit });
    if (tree.server === 'git') store.writeTo(gitDir);
  }
  const byHand = [...prepared.values()].filter(({ tree }) => tree.server === 'by hand');
  const behaviour = servedByHand(new Map(byHand.map(({ commit, store }) => [commit, store])));
  const server = await startGitServer({ root: scratch.path, behaviour });
  return {
    launch: (tree, env = {}) => launchOne(server, scratch, canary, prepared.get(tree.name)!, env),
    close: async () => {
      await server.close();
      scratch.remove();
    },
  };
};

let count = 0;

const launchOne = async (
  server: GitServer,
  scratch: Scratch,
  canary: ReturnType<typeof makeCanary>,
  { tree, store, commit }: Prepared,
  env: Record<string, string>,
): Promise<TreeOutcome> => {
  const workDir = scratch.join(`work-${count++}`);
  const run = await launchPin(
    { REPO_URL: `${server.url}/trees.git`, COMMIT_SHA: commit, WORK_DIR: workDir, ...tree.pin },
    { env: { TWL_LIMIT_ATTEMPTS: '1', ...env } },
  );
  const inside = (...args: string[]): Promise<GitResult> => tryGit(['-C', workDir, ...args]);
  const placed = tree.verdict === 'placed';
  const outcome: TreeOutcome = {
    commit,
    run,
    workloadRan: run.stdout.includes(WORKLOAD_LINE),
    plantedRan: canary.trace(),
    places: [
      commit,
      ...[ENTRY_NAME, ...Object.values(tree.pin ?? {}), ...entryNames(store)].map((name) => `'${name}'`),
    ],
    found: existsSync(workDir) ? listFolder(workDir, store.format) : {},
    expected: placed ? listCommit(store, commit) : undefined,
    git: placed
      ? {
          head: (await inside('rev-parse', 'HEAD')).stdout.toString().trim(),
          status: (await inside('status', '--porcelain')).stdout.toString(),
          fsck: await inside('fsck', '--full', '--no-dangling'),
        }
      : undefined,
  };
  spawnSync('/bin/rm', ['-rf', '--', workDir]);
  return outcome;
};
