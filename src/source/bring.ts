import { lstatSync, mkdirSync, renameSync } from 'node:fs';
import { escapeText } from '../base/escape.ts';
import { workDir as checkWorkDir } from '../pin/paths.ts';
import type { Pin } from '../pin/types.ts';
import type { Incoming } from './cold.ts';
import { SourceError } from './errors.ts';
import type { Limits } from './limits.ts';
import { showName } from './objects/tree-names.ts';
import { findInUnits } from './find-path.ts';
import { treeSha256 } from './tree-sha256.ts';
import { gitlinksOf, type SourceContext, type SourceLog, type Unit } from './unit.ts';
import { reuseInPlace } from './warm.ts';
import { createFile, diskError, fsPath, remove, toLatin1Path } from './workdir/files.ts';
import { encodeGitIndex } from './workdir/git-index.ts';
import { inspectWorkDir, type WorkDir } from './workdir/inspect.ts';
import { acquireLock, type WorkDirLock } from './workdir/lock.ts';
import { ObjectBag } from './workdir/object-bag.ts';
import { rescueQuarantine } from './workdir/quarantine.ts';
import { freshName, leftovers, makeStateFolder, markAsOurs } from './workdir/state-folder.ts';
import { completeSwitch, switchIsDue } from './workdir/switch.ts';

export interface BringOptions {
  pin: Pin;
  limits: Limits;
  log: SourceLog;
  /** Whether the tree's SHA-256 name is wanted although the pin does not give one. */
  wantsTreeSha256: boolean;
}

/** A checkout whose every byte was hashed against the pin. */
export interface BroughtSource {
  /** WORK_DIR with every symlink on the way resolved. */
  root: string;
  /** The commit's tree. */
  tree: string;
  /** The same in the SHA-256 object format, where it was asked for. */
  treeSha256: string | undefined;
  /** How the bytes came: as they were there, from objects that were there, or from the network. */
  origin: 'in-place' | 'local-objects' | 'network';
  files: number;
  submodules: { path: string; commit: string }[];
  /** Held until the process ends or becomes the workload. */
  lock: WorkDirLock;
}

/**
 * Brings exactly the bytes of the pinned commit into WORK_DIR and checks every one of them.
 * @throws SourceError; whatever it is, nothing was run, and the next start recovers
 */
export const bringSource = async (options: BringOptions): Promise<BroughtSource> => {
  const { pin, log } = options;
  const workDir = inspect(pin);
  const lock = await prepare(workDir, pin);
  const context: SourceContext = {
    ...options,
    workDir,
    blobSha256: new Map(),
    bag: new ObjectBag(pin.objectFormat),
    wantsTreeSha256: options.wantsTreeSha256 || pin.treeSha256 !== undefined,
  };
  try {
    if (switchIsDue(workDir)) log.info('finishing the switch that an earlier start began');
    // Twice where `ready` and `placing` are both there, which no start of ours leaves.
    while (switchIsDue(workDir)) completeSwitch(workDir);
    const { units, origin, incoming } = await bringUnits(context, lock);
    const sha256 = context.wantsTreeSha256 ? checkTree(context, units) : undefined;
    checkWorkload(pin, units);
    lock.check();
    log.info(`checking out ${pin.commitSha}`);
    if (incoming !== undefined) switchIn(context, units, incoming);
    log.info('scrubbing checkout');
    for (const path of leftovers(workDir.paths)) remove(path);
    return {
      root: workDir.paths.root,
      tree: units[0]!.layout.rootTree,
      treeSha256: sha256,
      origin,
      files: units.reduce((sum, { layout }) => sum + layout.entries.length - gitlinksOf(layout).length, 0),
      submodules: units.slice(1).map(({ path, commitId }) => ({ path: showName(path), commit: commitId })),
      lock,
    };
  } catch (error) {
    tidy(workDir);
    lock.release();
    throw error instanceof Error && 'syscall' in error ? diskError(error, 'preparing WORK_DIR') : error;
  }
};

const inspect = ({ workDir, repoUrl }: Pin): WorkDir =>
  inspectWorkDir(workDir, repoUrl.text, (path) => !checkWorkDir(path).ok);

/** Our folder, the lock, and the config by which a later start knows WORK_DIR; what was left half-done goes. */
const prepare = async ({ paths }: WorkDir, pin: Pin): Promise<WorkDirLock> => {
  const doing = `preparing WORK_DIR '${escapeText(pin.workDir)}'`;
  let lock: WorkDirLock | undefined;
  try {
    makeStateFolder(paths);
    lock = await acquireLock(paths.state);
    // Another launcher may have been here since WORK_DIR was looked at: whose it is now counts.
    inspect(pin);
    const left = leftovers(paths);
    rescueQuarantine(toLatin1Path(paths.git), left.map(toLatin1Path), pin.objectFormat);
    // Leftovers go first: after a full disk their room is needed.
    for (const path of left) remove(path);
    markAsOurs(paths, pin.repoUrl.text, pin.objectFormat);
    return lock;
  } catch (error) {
    lock?.release();
    throw diskError(error, doing);
  }
};

/** After a failure nothing half-done stays where it takes room; a failure here hides nothing, the next start tidies again. */
const tidy = ({ paths }: WorkDir): void => {
  try {
    for (const path of leftovers(paths)) remove(path);
  } catch {
    // The error that led here is the one to report.
  }
};

/** The units of a checkout, and where they wait to be switched in; without `incoming` they are in place. */
interface BroughtUnits {
  units: Unit[];
  origin: BroughtSource['origin'];
  incoming?: Incoming;
}

const bringUnits = async (context: SourceContext, lock: WorkDirLock): Promise<BroughtUnits> => {
  const { pin, log, workDir } = context;
  const shownRoot = escapeText(pin.workDir);
  if (workDir.inherited) {
    log.info(`reusing checkout at ${shownRoot}`);
    const reuse = reuseInPlace(context);
    if (reuse.units !== undefined) return { units: reuse.units, origin: 'in-place' };
    if (reuse.isSameCommit) {
      const incoming = makeIncoming(context);
      const { restoreFromPack } = await import('./restore.ts');
      const units = await restoreFromPack(context, incoming);
      if (units !== undefined) return { units, origin: 'local-objects', incoming };
    }
  }
  log.info(
    workDir.inherited
      ? `it does not hold all of the commit: fetching ${escapeText(pin.repoUrl.text)}`
      : `cloning ${escapeText(pin.repoUrl.text)} into ${shownRoot}`,
  );
  lock.check();
  const incoming = makeIncoming(context);
  // Loaded here: a restart that finds everything in place does without.
  const { bringFromNetwork } = await import('./cold.ts');
  return { units: await bringFromNetwork(context, incoming), origin: 'network', incoming };
};

const makeIncoming = ({ workDir }: SourceContext): Incoming => {
  const folder = `${workDir.paths.state}/${freshName('incoming')}`;
  mkdirSync(folder);
  const latin1 = toLatin1Path(folder);
  return { folder, tree: `${latin1}/tree`, git: `${latin1}/git`, scratch: `${folder}/receiving` };
};

const checkTree = (context: SourceContext, units: readonly Unit[]): string => {
  const computed = treeSha256(context, units);
  const { treeSha256: pinned } = context.pin;
  if (pinned !== undefined && pinned !== computed) {
    throw new SourceError(
      'tree-sha256-mismatch',
      `the tree of the commit has the SHA-256 name ${computed}, the pin says TREE_SHA256=${pinned}`,
      {
        hint: 'either the pin is wrong, or somebody made another tree with the same SHA-1: do not run it before you know which',
      },
    );
  }
  return computed;
};

/** The workload's folder and entry must be real ones of the commit, reached through no symlink. */
const checkWorkload = (pin: Pin, units: readonly Unit[]): void => {
  const folder = pin.repoSubdir;
  if (folder !== undefined && findInUnits(units, folder) !== 'folder') {
    throw new SourceError(
      'subdir-missing',
      `REPO_SUBDIR '${escapeText(folder)}' does not exist under ${escapeText(pin.workDir)} as a folder of the commit`,
      {
        hint: 'name a folder that the pinned commit holds; a symlink is not followed',
      },
    );
  }
  if (pin.mode.kind !== 'default') return;
  const entry = pin.mode.entrypointScript;
  const kind = findInUnits(units, folder === undefined ? entry : `${folder}/${entry}`);
  if (kind !== 'file' && kind !== 'executable') {
    const where = `${escapeText(pin.workDir)}${folder === undefined ? '' : `/${escapeText(folder)}`}`;
    throw new SourceError(
      'entry-missing',
      `entry script '${escapeText(entry)}' not found in ${where}${kind === undefined ? '' : `: it is a ${kind}`}`,
      {
        hint: 'the pinned commit must hold it as a regular file; ENTRYPOINT_SCRIPT names another one',
      },
    );
  }
};

/** Makes the incoming checkout the one in WORK_DIR, and writes git's index when the files have their places. */
const switchIn = (context: SourceContext, units: readonly Unit[], incoming: Incoming): void => {
  const { pin, workDir, bag } = context;
  bag.write(`${incoming.folder}/objects`);
  renameSync(incoming.folder, workDir.paths.ready);
  completeSwitch(workDir);
  const { layout, stats } = units[0]!;
  for (const { path, kind, slot } of layout.entries) {
    // A rename changes the ctime of what was renamed itself.
    if (kind !== 'gitlink' && !path.includes('/'))
      stats.set(slot, lstatSync(fsPath(`${toLatin1Path(workDir.paths.root)}/${path}`)));
  }
  const index = `${workDir.paths.state}/${freshName('config')}`;
  createFile(index, encodeGitIndex(layout.entries, stats, pin.objectFormat));
  renameSync(index, `${workDir.paths.git}/index`);
};
