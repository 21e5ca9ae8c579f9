import { lstatSync, mkdirSync, renameSync } from 'node:fs';
import { type CompareOptions, type Comparison, compareCheckout } from './checkout/compare.ts';
import { SourceError } from './errors.ts';
import { type Layout, layOut } from './checkout/layout.ts';
import { parseCommit } from './objects/commit.ts';
import { type ObjectFormat, objectId } from './objects/object-id.ts';
import { parseTree } from './objects/tree.ts';
import { showName } from './objects/tree-names.ts';
import { encodePackIndex } from './pack/pack-index.ts';
import { PackWriter } from './pack/pack-writer.ts';
import { MAX_GITMODULES_BYTES, parseGitmodules, submoduleUrl } from './submodules.ts';
import type { Limits } from './limits.ts';
import { noteBlob, treeSha256 } from './tree-sha256.ts';
import { gitlinksOf, type SourceContext, type Unit } from './unit.ts';
import { createFile, fsPath, toLatin1Path } from './workdir/files.ts';
import { encodeGitIndex } from './workdir/git-index.ts';
import { makeGitFolder } from './workdir/git-folder.ts';
import { STATE_NAME } from './workdir/paths.ts';
import { findInheritedPack, makeQuarantine, quarantineOf } from './workdir/quarantine.ts';
import { readInherited } from './workdir/inherited.ts';
import { ObjectBag } from './workdir/object-bag.ts';
import { freshName } from './workdir/state-folder.ts';
import { clearGitFolder, fillGitFolder } from './workdir/switch.ts';

type KnownUnit = Omit<Unit, 'stats'>;

const folderOf = (context: SourceContext, path: string): string =>
  toLatin1Path(context.workDir.paths.root) + (path === '' ? '' : `/${path}`);

/** The objects that a commit or a tree names and that a bag may hold: trees, and commits of submodules. */
const namedBy =
  (format: ObjectFormat, limits: Limits) =>
  (type: 'commit' | 'tree', content: Buffer, id: string): string[] =>
    type === 'commit'
      ? [parseCommit(content, format, id).tree]
      : parseTree(content, format, '', limits)
          .filter(({ kind }) => kind === 'folder' || kind === 'gitlink')
          .map((entry) => entry.id);

/** The commit and the layout at each folder, from the bag that an earlier start left; undefined when something is missing. */
const readUnits = (context: SourceContext): KnownUnit[] | undefined => {
  const { pin, limits, workDir } = context;
  const format = pin.objectFormat;
  const bag = ObjectBag.read(
    workDir.paths.objects,
    format,
    limits.TREE_BYTES + limits.COMMIT_BYTES,
    pin.commitSha,
    namedBy(format, limits),
  );
  if (bag === undefined) return undefined;
  const units: KnownUnit[] = [];
  const queue = [{ path: '', url: pin.repoUrl, commitId: pin.commitSha }];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const content = bag.get('commit', next.commitId);
    if (content === undefined || units.length > limits.SUBMODULES) return undefined;
    const commit = parseCommit(content, format, next.commitId);
    const layout = layOut(commit.tree, (id) => bag.get('tree', id), { format, limits });
    if (layout === undefined) return undefined;
    const { path: folder, url } = next;
    units.push({ ...next, commit, layout });
    const links = gitlinksOf(layout);
    if (links.length === 0) continue;
    if (pin.submodules === 'no') return undefined;
    if (pin.submodules === 'ignore') continue;
    const gitmodules = readGitmodules(layout, folderOf(context, folder), format);
    if (gitmodules === undefined) return undefined;
    const urls = parseGitmodules(gitmodules);
    for (const { path, id } of links) {
      queue.push({
        path: folder === '' ? path : `${folder}/${path}`,
        url: submoduleUrl(path, urls, url),
        commitId: id,
      });
    }
  }
  context.bag = bag;
  return units;
};

/** The `.gitmodules` of a commit, from the file that is there when it hashes right; empty where the commit has none. */
const readGitmodules = (layout: Layout, folder: string, format: ObjectFormat): string | undefined => {
  const entry = layout.entries.find(({ path, kind }) => path === '.gitmodules' && kind !== 'symlink');
  if (entry === undefined) return '';
  const bytes = readInherited(fsPath(`${folder}/.gitmodules`), MAX_GITMODULES_BYTES);
  return bytes !== undefined && objectId(format, 'blob', bytes) === entry.id ? bytes.toString('latin1') : undefined;
};

/** As compareCheckout; a twin of a blob, which only its SHA-256 shows, is a difference like any other. */
const compare = (options: CompareOptions): Comparison => {
  try {
    return compareCheckout(options);
  } catch (error) {
    if (!(error instanceof SourceError) || error.code !== 'sha1-collision') throw error;
    return { same: false, path: '', why: error.message };
  }
};

/** Compares all files of all units with their commits; undefined, and a line in the log, when something differs. */
const compareUnits = (context: SourceContext, known: KnownUnit[]): Unit[] | undefined => {
  const { pin, log, workDir } = context;
  const units: Unit[] = [];
  const onBlob = noteBlob(context);
  for (const unit of known) {
    const comparison = compare({
      root: `${folderOf(context, unit.path)}/`,
      layout: unit.layout,
      maxBytes: context.limits.OBJECT_BYTES,
      format: pin.objectFormat,
      passedOver: unit.path === '' ? new Set(['.git', ...workDir.passedOver]) : new Set(['.git']),
      gitlinks: pin.submodules === 'yes' ? 'elsewhere' : 'empty',
      ...(onBlob === undefined ? {} : { onBlob }),
    });
    if (!comparison.same) {
      const path = unit.path === '' ? comparison.path : `${showName(unit.path)}/${comparison.path}`;
      log.info(`the checkout differs from the commit at '${path}': ${comparison.why}`);
      return undefined;
    }
    units.push({ ...unit, stats: comparison.stats });
  }
  return units;
};

/**
 * Uses the checkout that is there, when every byte of it hashes to the pinned commit: no network, nothing written but
 * git's metadata, which is made anew.
 * @returns the units, or without them when anything differs, and whether it is the pinned commit at all
 */
export const reuseInPlace = (context: SourceContext): { units?: Unit[]; isSameCommit: boolean } => {
  const known = readUnits(context);
  if (known === undefined) return { isSameCommit: false };
  const units = compareUnits(context, known);
  if (units === undefined || !isTreePinned(context, units)) {
    // What was noted belongs to other bytes.
    context.blobSha256.clear();
    return { isSameCommit: true };
  }
  const { state } = context.workDir.paths;
  const trash = `${state}/${freshName('trash')}`;
  const fresh = `${state}/${freshName('refresh')}`;
  mkdirSync(trash);
  mkdirSync(fresh);
  for (const [place, unit] of units.entries())
    refreshGitFolder(context, unit, `${fresh}/${place}`, `${trash}/${place}`);
  return { units, isSameCommit: true };
};

/** Whether the files have the SHA-256 tree that the pin gives; where it gives none, they need not. */
const isTreePinned = (context: SourceContext, units: readonly Unit[]): boolean => {
  const { pin, log } = context;
  if (pin.treeSha256 === undefined || treeSha256(context, units) === pin.treeSha256) return true;
  log.info('the checkout has another SHA-256 tree than TREE_SHA256 says, although its SHA-1 is right');
  return false;
};

/**
 * Makes a unit's git folder anew and puts the old one aside. Commit and trees, which were hashed, go into a new object
 * store; the inherited pack, which was not read, goes into quarantine.
 */
const refreshGitFolder = (context: SourceContext, unit: Unit, fresh: string, trash: string): void => {
  const format = context.pin.objectFormat;
  const { commitId, commit, layout, stats, url } = unit;
  const folder = folderOf(context, unit.path);
  const git = `${folder}/.git`;
  const made = toLatin1Path(fresh);
  const pack = findInheritedPack(git);
  const quarantine = pack === undefined ? undefined : Buffer.from(quarantineOf(git), 'latin1').toString('utf8');
  const isShallow = commit.parents.length > 0;
  makeGitFolder(made, { originUrl: url.text, format, commitId, isShallow, promisors: { quarantine } });
  writeTrees(context, unit, made);
  createFile(fsPath(`${made}/index`), encodeGitIndex(layout.entries, stats, format));
  if (pack !== undefined) makeQuarantine(`${made}.quarantine`, pack, format);
  const old = quarantineOf(git);
  if (unit.path === '') {
    clearGitFolder(context.workDir, trash);
    if (lstatSync(fsPath(old), { throwIfNoEntry: false }) !== undefined) renameSync(fsPath(old), `${trash}/quarantine`);
    if (pack !== undefined) renameSync(fsPath(`${made}.quarantine`), fsPath(old));
    fillGitFolder(context.workDir, fresh);
    return;
  }
  if (pack !== undefined) {
    mkdirSync(fsPath(`${made}/${STATE_NAME}`));
    renameSync(fsPath(`${made}.quarantine`), fsPath(quarantineOf(made)));
  }
  if (lstatSync(fsPath(git), { throwIfNoEntry: false }) !== undefined) renameSync(fsPath(git), trash);
  renameSync(fresh, fsPath(git));
};

/** A pack of the commit and its trees. The `.promisor` beside it tells git that the blobs they name can be had when asked for. */
const writeTrees = ({ bag, pin }: SourceContext, { commitId, layout }: Unit, git: string): void => {
  const format = pin.objectFormat;
  const parts: Buffer[] = [];
  const count = 1 + layout.trees.size;
  const writer = new PackWriter({ format, count, compress: false, emit: (bytes) => parts.push(bytes) });
  const add = (type: 'commit' | 'tree', id: string): void => {
    writer.add(type, id, bag.get(type, id) ?? Buffer.alloc(0));
  };
  add('commit', commitId);
  for (const id of layout.trees.keys()) add('tree', id);
  const summary = writer.finish();
  const stem = `${git}/objects/pack/pack-${summary.checksum.toString('hex')}`;
  createFile(fsPath(`${stem}.pack`), Buffer.concat(parts), 0o444);
  createFile(fsPath(`${stem}.promisor`), '', 0o444);
  createFile(fsPath(`${stem}.idx`), encodePackIndex(summary, format), 0o444);
};
