import { mkdirSync, readFileSync, readlinkSync, renameSync } from 'node:fs';
import { compareCheckout } from './checkout/compare.ts';
import { layOut } from './checkout/layout.ts';
import { type Incoming, receptionOptions, unitOf } from './cold.ts';
import { parseCommit } from './objects/commit.ts';
import { showName } from './objects/tree-names.ts';
import { StoredPack } from './pack/pack-file.ts';
import { encodePackIndex } from './pack/pack-index.ts';
import { PackFile } from './pack/pack-file.ts';
import { PackReader } from './pack/pack-reader.ts';
import { PackWriter } from './pack/pack-writer.ts';
import type { VerifiedPack } from './pack/verify-pack.ts';
import { beginVerifyPacks } from './pack/verify-packs.ts';
import { Reception } from './receive.ts';
import { parseGitmodules, submoduleUrl } from './submodules.ts';
import { noteBlob } from './tree-sha256.ts';
import { gitlinksOf, type SourceContext, type Unit } from './unit.ts';
import { createFile, fsPath, toLatin1Path } from './workdir/files.ts';
import { encodeGitIndex } from './workdir/git-index.ts';
import { makeGitFolder } from './workdir/git-folder.ts';
import { findInheritedPack } from './workdir/inherited-pack.ts';
import { ObjectBag } from './workdir/object-bag.ts';
import { freshName } from './workdir/state-folder.ts';
import { clearGitFolder, fillGitFolder } from './workdir/switch.ts';

type KnownUnit = Omit<Unit, 'stats'>;

const folderOf = (context: SourceContext, path: string): string =>
  toLatin1Path(context.workDir.paths.root) + (path === '' ? '' : `/${path}`);

/** The commit and the layout at each folder, from the bag that an earlier start left; undefined when something is missing. */
const readUnits = (context: SourceContext): KnownUnit[] | undefined => {
  const { pin, limits, workDir } = context;
  const format = pin.objectFormat;
  const bag = ObjectBag.read(workDir.paths.objects, format, limits.TREE_BYTES + limits.COMMIT_BYTES);
  if (bag === undefined) return undefined;
  const units: KnownUnit[] = [];
  const queue = [{ path: '', url: pin.repoUrl, commitId: pin.commitSha }];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const content = bag.get('commit', next.commitId);
    if (content === undefined || units.length > limits.SUBMODULES) return undefined;
    const commit = parseCommit(content, format, next.commitId);
    const layout = layOut({ rootTree: commit.tree, format, limits, lookup: (id) => bag.get('tree', id) });
    if (layout === undefined) return undefined;
    const { path: folder, url } = next;
    units.push({ ...next, commit, layout });
    const links = gitlinksOf(layout);
    if (links.length === 0) continue;
    if (pin.submodules === 'no') return undefined;
    if (pin.submodules === 'ignore') continue;
    // Only the origin that git shows comes from here; what is placed is decided by the gitlink.
    const urls = parseGitmodules(readGitmodules(`${folderOf(context, folder)}/.gitmodules`));
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

const readGitmodules = (path: string): string => {
  try {
    return readFileSync(fsPath(path), 'latin1');
  } catch {
    return '';
  }
};

/** Compares all files of all units with their commits; undefined, and a line in the log, when something differs. */
const compareUnits = (context: SourceContext, known: KnownUnit[]): Unit[] | undefined => {
  const { pin, log, workDir } = context;
  const units: Unit[] = [];
  const onBlob = noteBlob(context);
  for (const unit of known) {
    const comparison = compareCheckout({
      root: `${folderOf(context, unit.path)}/`,
      layout: unit.layout,
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

/** Every id that a unit's pack must hold, sorted, as bytes. */
const expectedIds = ({ commitId, layout }: KnownUnit): Buffer => {
  const ids = new Set([commitId, ...layout.trees.keys()]);
  for (const { kind, id } of layout.entries) if (kind !== 'gitlink') ids.add(id);
  return Buffer.from([...ids].sort().join(''), 'hex');
};

/** Where the ids stand in an index of version 2: behind magic, version and fan-out. */
const IDS_OFFSET = 8 + 256 * 4;

const holdsExactly = (pack: VerifiedPack, ids: Buffer): boolean => {
  const index = Buffer.from(pack.index.buffer, pack.index.byteOffset, pack.index.byteLength);
  const count = index.readUInt32BE(IDS_OFFSET - 4);
  return (
    count * (pack.checksum.length / 2) === ids.length && index.subarray(IDS_OFFSET, IDS_OFFSET + ids.length).equals(ids)
  );
};

/**
 * Uses the checkout that is there, when every byte of it hashes to the pinned commit: no network, nothing written but
 * git's metadata, which is made anew.
 * @returns the units, or without them when anything differs, and whether it is the pinned commit at all
 */
export const reuseInPlace = async (context: SourceContext): Promise<{ units?: Unit[]; isSameCommit: boolean }> => {
  const known = readUnits(context);
  if (known === undefined) return { isSameCommit: false };
  const packs = known.map(({ path }) => findInheritedPack(`${folderOf(context, path)}/.git`));
  const format = context.pin.objectFormat;
  const verification = await beginVerifyPacks(
    packs.flatMap((path) => (path === undefined ? [] : [{ path, format }])),
    context.limits,
  );
  const units = compareUnits(context, known);
  const verified = await verification.results();
  if (units === undefined) return { isSameCommit: true };
  const trash = `${context.workDir.paths.state}/${freshName('trash')}`;
  const fresh = `${context.workDir.paths.state}/${freshName('refresh')}`;
  mkdirSync(trash);
  mkdirSync(fresh);
  let next = 0;
  units.forEach((unit, place) => {
    const path = packs[place];
    const pack = path === undefined ? undefined : verified[next++];
    const usable =
      path !== undefined && pack !== undefined && holdsExactly(pack, expectedIds(unit)) ? { path, ...pack } : undefined;
    refreshGitFolder(context, unit, `${fresh}/${place}`, `${trash}/${place}`, usable);
  });
  return { units, isSameCommit: true };
};

/** Makes a unit's git folder anew around its pack, and puts the old one aside: nothing of it is kept but the pack's bytes. */
const refreshGitFolder = (
  context: SourceContext,
  unit: Unit,
  fresh: string,
  trash: string,
  pack: (VerifiedPack & { path: string }) | undefined,
): void => {
  const format = context.pin.objectFormat;
  const { commitId, commit, layout, stats, url } = unit;
  makeGitFolder(toLatin1Path(fresh), { originUrl: url.text, format, commitId, isShallow: commit.parents.length > 0 });
  if (pack === undefined) {
    packFromFiles(context, unit, fresh);
  } else {
    const name = `${fresh}/objects/pack/pack-${pack.checksum}`;
    renameSync(fsPath(pack.path), `${name}.pack`);
    createFile(`${name}.idx`, Buffer.from(pack.index), 0o444);
  }
  createFile(`${fresh}/index`, encodeGitIndex(layout.entries, stats, format));
  if (unit.path === '') {
    clearGitFolder(context.workDir, trash);
    fillGitFolder(context.workDir, fresh);
    return;
  }
  const git = fsPath(`${folderOf(context, unit.path)}/.git`);
  try {
    renameSync(git, trash);
  } catch {
    // There was none.
  }
  renameSync(fresh, git);
};

/** Makes a pack of the objects of a unit, from files that were just checked and the bag. */
const packFromFiles = (context: SourceContext, unit: Unit, git: string): void => {
  const { bag, limits, pin, log } = context;
  const format = pin.objectFormat;
  log.info("making git's objects anew from the checked files");
  const files = new Map(unit.layout.entries.filter(({ kind }) => kind !== 'gitlink').map((entry) => [entry.id, entry]));
  const pack = new PackFile(`${git}.pack`);
  const reader = new PackReader({ format, limits, file: pack, onObject: () => undefined });
  const writer = new PackWriter(format, 1 + unit.layout.trees.size + files.size, (bytes) => reader.push(bytes));
  writer.add('commit', bag.get('commit', unit.commitId) ?? Buffer.alloc(0));
  for (const id of unit.layout.trees.keys()) writer.add('tree', bag.get('tree', id) ?? Buffer.alloc(0));
  for (const { path, kind } of files.values()) {
    const place = fsPath(`${folderOf(context, unit.path)}/${path}`);
    writer.add('blob', kind === 'symlink' ? readlinkSync(place, 'buffer') : readFileSync(place));
  }
  writer.finish();
  const summary = reader.finish();
  pack.close();
  const name = `${git}/objects/pack/pack-${summary.checksum.toString('hex')}`;
  renameSync(pack.path, `${name}.pack`);
  createFile(`${name}.idx`, encodePackIndex(summary, format), 0o444);
};

/**
 * Places the files again from the pack that is there: a changed or missing file needs no network either. The pack takes the
 * way of one that a server sends, both readers included.
 * @returns undefined when the pack is not usable, or the pin wants submodules
 */
export const restoreFromPack = async (context: SourceContext, incoming: Incoming): Promise<Unit[] | undefined> => {
  const { pin, log, workDir } = context;
  const path = findInheritedPack(toLatin1Path(workDir.paths.git));
  if (path === undefined || pin.submodules === 'yes') return undefined;
  const wanted = { path: '', url: pin.repoUrl, commitId: pin.commitSha };
  const reception = new Reception(receptionOptions(context, incoming, wanted));
  try {
    const stored = new StoredPack(path);
    try {
      for (const chunk of stored.chunks()) {
        reception.sink.push(chunk);
        await reception.sink.settle();
      }
    } finally {
      stored.close();
    }
    const received = await reception.complete();
    log.info('restored the files from the objects that are there');
    return [unitOf(context, wanted, received)];
  } catch {
    // Whatever is wrong with what was inherited, the network decides.
    await reception.discard();
    return undefined;
  }
};
