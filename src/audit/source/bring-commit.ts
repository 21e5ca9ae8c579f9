import { mkdirSync, readFileSync, renameSync } from 'node:fs';
import { escapeText } from '../../base/escape.ts';
import type { Pin, RepoUrl } from '../../pin/types.ts';
import { receptionOptions, unitOf } from '../../source/cold.ts';
import { limitExceeded, SourceError } from '../../source/errors.ts';
import type { Limits } from '../../source/limits.ts';
import { Reception, type Received } from '../../source/receive.ts';
import { MAX_GITMODULES_BYTES, parseGitmodules, submoduleUrl } from '../../source/submodules.ts';
import { type Attempt, fetchCommit, type NetworkSettings } from '../../source/transport/fetch.ts';
import { gitlinksOf, type SourceContext, type SourceLog, type Unit } from '../../source/unit.ts';
import { fsPath } from '../../source/workdir/files.ts';
import { inspectWorkDir } from '../../source/workdir/inspect.ts';
import { ObjectBag } from '../../source/workdir/object-bag.ts';
import { type PackRecorder, receiveSaved, recorded } from './saved-pack.ts';
import { checkSubmodule, isSameServer } from './submodule-address.ts';

export interface BringRequest {
  pin: Pin;
  url: RepoUrl;
  /** The auditor named the address. */
  named: boolean;
  /** Nothing is fetched but from this machine. */
  offline: boolean;
  settings: NetworkSettings;
  log: SourceLog;
  /** An empty folder of its own. */
  folder: string;
  /** Is told the packs that come. */
  record?: PackRecorder | undefined;
  /** Packs that were saved, in place of all addresses: nobody is asked for anything. */
  saved?: ((commitId: string) => Uint8Array) | undefined;
}

/** One commit, every object of it hashed by the launcher's own readers, its files below `root`. */
export interface BroughtUnits {
  context: SourceContext;
  units: Unit[];
  /** Folder of the files, one character a byte. */
  root: string;
  /** Bytes of each blob, by its id. */
  sizes: ReadonlyMap<string, number>;
  /** Ids of blobs that are Git LFS pointers. */
  lfs: ReadonlySet<string>;
}

/** Pointers are smaller than 1024 bytes and begin like this (Git LFS specification, "The Pointer"). */
const LFS_HEAD = Buffer.from('version https://git-lfs.github.com/spec/');
const MAX_LFS_BYTES = 1024;

interface Wanted {
  path: string;
  url: RepoUrl;
  commitId: string;
  depth: number;
}

/** As the launcher names the submodules of a commit, each held to what a repository may name. */
const submodulesOf = (
  { url: repository, named, offline, settings, saved }: BringRequest,
  root: string,
  parent: Wanted,
  { layout }: Unit,
): Wanted[] => {
  const links = gitlinksOf(layout);
  if (links.length === 0) return [];
  if (parent.depth >= settings.limits.SUBMODULE_DEPTH) {
    throw limitExceeded('SUBMODULE_DEPTH', `submodules lie more than ${settings.limits.SUBMODULE_DEPTH} deep`);
  }
  const file = layout.entries.find(
    ({ path, kind }) => path === '.gitmodules' && (kind === 'file' || kind === 'executable'),
  );
  const below = parent.path === '' ? '' : `${parent.path}/`;
  const bytes = file === undefined ? Buffer.alloc(0) : readFileSync(fsPath(`${root}/${below}.gitmodules`));
  if (bytes.length > MAX_GITMODULES_BYTES)
    throw new SourceError('submodule-refused', '.gitmodules has more than a megabyte');
  const urls = parseGitmodules(bytes.toString('latin1'));
  return links.map(({ path, id }) => {
    const url = submoduleUrl(path, urls, parent.url);
    if (saved === undefined) checkSubmodule(below + path, url, { root: repository, named, offline });
    return { path: below + path, url, commitId: id, depth: parent.depth + 1 };
  });
};

/** A server that the auditor did not name gets none of his credentials, and leads to no private network, the one that he named included. */
const settingsOf = ({ url, settings }: BringRequest, wanted: Wanted, limits: Limits): NetworkSettings =>
  wanted.path === '' || isSameServer(url, wanted.url)
    ? { ...settings, limits }
    : { ...settings, limits, pinnedHosts: new Set(), credential: undefined };

/**
 * Brings a commit, and its submodules where the pin wants them, by the launcher's transport, readers and rules of trees. Nothing
 * of it is executed. Without the launcher's WORK_DIR: what is looked at here is gone afterwards.
 * @throws SourceError
 */
export const bringCommit = async (request: BringRequest): Promise<BroughtUnits> => {
  const { pin, url, settings, log, folder } = request;
  const { limits } = settings;
  const workDir = inspectWorkDir(`${folder}/work`, url.text, () => false);
  const blobSha256 = new Map<string, string>();
  const bag = new ObjectBag(pin.objectFormat);
  const context: SourceContext = { pin, limits, log, workDir, blobSha256, wantsTreeSha256: true, bag };
  const sizes = new Map<string, number>();
  const lfs = new Set<string>();
  const latin1 = Buffer.from(folder, 'utf8').toString('latin1');
  const incoming = { folder, tree: `${latin1}/tree`, git: `${latin1}/git`, scratch: `${folder}/receiving` };
  mkdirSync(fsPath(incoming.tree), { mode: 0o755 });

  // What is left of the limits that hold for all units together.
  const left = { ...limits };
  const bringUnit = async (wanted: Wanted): Promise<Unit> => {
    const unitLimits = { ...left };
    const begin = (): Attempt<Received> => {
      const plain = receptionOptions({ ...context, limits: unitLimits }, incoming, wanted, settings.deadline);
      let reception: Reception | undefined;
      const open = (): Reception => {
        reception ??= new Reception({
          ...plain,
          onBlob: (id, data) => {
            plain.onBlob?.(id, data);
            sizes.set(id, data.length);
            if (data.length < MAX_LFS_BYTES && data.subarray(0, LFS_HEAD.length).equals(LFS_HEAD)) lfs.add(id);
          },
        });
        return reception;
      };
      return {
        openSink: async () => recorded(open().sink, wanted.commitId, request.record),
        complete: async () => await open().complete(),
        discard: async () => await reception?.discard(),
      };
    };
    const received =
      request.saved === undefined
        ? await fetchCommit<Received>({
            addresses: [wanted.url],
            want: { commit: wanted.commitId, format: pin.objectFormat },
            settings: settingsOf(request, wanted, unitLimits),
            begin,
            onFailure: (from, error) => log.warning(`${escapeText(from.text)}: ${error.message}`),
          })
        : await receiveSaved(request.saved(wanted.commitId), begin());
    if (wanted.path !== '')
      renameSync(fsPath(`${incoming.git}.submodule`), fsPath(`${incoming.tree}/${wanted.path}/.git`));
    const unit = unitOf(context, wanted, received);
    left.PACK_BYTES -= received.packBytes;
    left.OBJECTS -= received.objects;
    left.PATHS -= unit.layout.entries.length;
    left.CHECKOUT_BYTES -= unit.layout.entries.reduce((sum, { id }) => sum + (sizes.get(id) ?? 0), 0);
    return unit;
  };

  const units: Unit[] = [];
  const queue: Wanted[] = [{ path: '', url, commitId: pin.commitSha, depth: 0 }];
  for (let wanted = queue.shift(); wanted !== undefined; wanted = queue.shift()) {
    const unit = await bringUnit(wanted);
    units.push(unit);
    if (units.length + queue.length > limits.SUBMODULES) {
      throw limitExceeded('SUBMODULES', `the commit has more than ${limits.SUBMODULES} submodules`);
    }
    if (pin.submodules === 'yes') queue.push(...submodulesOf(request, incoming.tree, wanted, unit));
  }
  return { context, units, root: incoming.tree, sizes, lfs };
};
