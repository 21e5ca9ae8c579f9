import { mkdirSync } from 'node:fs';
import { escapeText } from '../../base/escape.ts';
import type { Pin, RepoUrl } from '../../pin/types.ts';
import { SourceError } from '../../source/errors.ts';
import { HISTORY_LIMITS, type HistoryLimits } from '../../source/history/limits.ts';
import type { HistoryRecorder } from '../../source/history/recorder.ts';
import { findReachability, type Reachability } from '../../source/history/reachability.ts';
import type { Limits } from '../../source/limits.ts';
import { showName } from '../../source/objects/tree-names.ts';
import { treeSha256 } from '../../source/tree-sha256.ts';
import type { SourceLog } from '../../source/unit.ts';
import { toLatin1Path } from '../../source/workdir/files.ts';
import { admitAddress, type SourceAddress } from './address.ts';
import { type BroughtUnits, bringCommit } from './bring-commit.ts';
import { scanContents } from './contents/scan.ts';
import { entryPath, findEntry } from './entry.ts';
import type { CommitFacts, SinceFacts, SourceFacts } from './facts.ts';
import { type Known, known } from './known.ts';
import { MAX_ENTRY_BYTES } from './limits.ts';
import { type SourceNetwork, settingsFor } from './network.ts';
import { fileAt, readCommitFile } from './read-file.ts';
import type { PackRecorder } from './saved-pack.ts';
import { withScratch } from './scratch.ts';
import { readSignature } from './signature/read.ts';
import { comparePaths, type Side } from './since/compare.ts';
import { diffLines } from './since/diff-lines.ts';

/** Is told all that comes, for whoever keeps it. */
export interface SourceRecorder {
  readonly pack: PackRecorder;
  readonly history: HistoryRecorder;
}

/** What an earlier run was given, in place of a repository. */
export interface SavedSource {
  /** The pack of a commit. Throws where it was not saved. */
  readonly pack: (commitId: string) => Uint8Array;
  /** By a list of refs that was saved, and the commits between. Throws where it does not say. */
  readonly reachability: (expectedRef: string | undefined) => Reachability;
}

export interface SourceRequest {
  /** As the attested compose gives it. Of its network keys nothing is used, REPO_URL included: see `address`. */
  readonly pin: Pin;
  readonly address: SourceAddress;
  readonly network?: SourceNetwork;
  /** Nothing is fetched but from this machine. */
  readonly offline?: boolean;
  readonly limits: Limits;
  readonly history?: HistoryLimits;
  /** A branch or tag that the commit is said to belong to, by provenance or the pin's comment. */
  readonly expectedRef?: string | undefined;
  /** The commit that was audited last: 40 or 64 lower-case hex. */
  readonly since?: string | undefined;
  /** OpenPGP keys that the auditor gave. */
  readonly signerKeys?: Uint8Array | undefined;
  readonly log?: SourceLog;
  readonly record?: SourceRecorder | undefined;
  /** Nobody is asked: `address` only says where it once came from. */
  readonly saved?: SavedSource | undefined;
}

const offlineRefusal = ({ text }: RepoUrl): SourceError =>
  new SourceError('address-refused', `nothing is fetched from '${escapeText(text)}' with --offline`, {
    hint: 'leave --offline out, or name a clone on this machine with --source',
  });

const SILENT: SourceLog = { info: () => undefined, warning: () => undefined };

const sideOf = ({ units, sizes }: BroughtUnits): Side => ({
  sizes,
  entries: units.flatMap(({ path: unit, layout }) =>
    // A submodule that was brought is told by its files.
    layout.entries.map((entry) => ({ ...entry, path: unit === '' ? entry.path : `${unit}/${entry.path}` })),
  ),
});

const commitFacts = async (brought: BroughtUnits): Promise<CommitFacts> => {
  const { context, units, sizes } = brought;
  const root = units[0]!;
  const entry = findEntry(brought);
  const files = units.flatMap(({ layout }) => layout.entries.filter(({ kind }) => kind !== 'gitlink'));
  return {
    tree: root.layout.rootTree,
    parents: root.commit.parents,
    treeSha256: await known(() => treeSha256(context, units)),
    files: files.length,
    bytes: files.reduce((sum, { id }) => sum + (sizes.get(id) ?? 0), 0),
    submodules: units.slice(1).map(({ path, commitId }) => ({ path: showName(path), commit: commitId })),
    entry,
    findings: scanContents(brought, entry),
  };
};

/** The entry script's text, where it is a regular file that is not too large. */
const entryText = (brought: BroughtUnits, pin: Pin): string | undefined => {
  const path = entryPath(pin);
  const file = path === undefined ? undefined : fileAt(brought, toLatin1Path(path));
  if (file === undefined || file.size > MAX_ENTRY_BYTES) return undefined;
  return readCommitFile(brought, file).toString('utf8');
};

const sinceFacts = async (
  { pin, since = '' }: SourceRequest,
  brought: BroughtUnits,
  bring: (pin: Pin, name: string) => Promise<BroughtUnits>,
): Promise<SinceFacts> => {
  if (since.length !== pin.commitSha.length || !/^[0-9a-f]+$/.test(since)) {
    throw new SourceError(
      'not-a-commit',
      `'${escapeText(since)}' is not the full hash of a commit of this repository`,
      {
        hint: 'give --since the hash that was audited last, as git rev-parse prints it',
      },
    );
  }
  // Its TREE_SHA256 is another one, and a submodule that it had is no reason to refuse what it was.
  const submodules = pin.submodules === 'no' ? 'ignore' : pin.submodules;
  const earlier = await bring({ ...pin, commitSha: since, treeSha256: undefined, submodules }, 'since');
  const [before, after] = [entryText(earlier, pin), entryText(brought, pin)];
  return {
    commit: since,
    paths: comparePaths(sideOf(earlier), sideOf(brought)),
    entry: before === undefined || after === undefined ? undefined : diffLines(before, after),
  };
};

const collect = async (request: SourceRequest, url: RepoUrl, scratch: string): Promise<SourceFacts> => {
  const {
    pin,
    address,
    network = {},
    offline = false,
    limits,
    history = HISTORY_LIMITS,
    expectedRef,
    signerKeys,
    record,
    saved,
  } = request;
  const { named } = address;
  const bring = async (of: Pin, name: string): Promise<BroughtUnits> => {
    const folder = `${scratch}/${name}`;
    mkdirSync(folder, { mode: 0o700 });
    const settings = settingsFor(url, named, network, limits);
    return await bringCommit({
      pin: of,
      url,
      named,
      offline,
      settings,
      log: request.log ?? SILENT,
      folder,
      record: record?.pack,
      saved: saved?.pack,
    });
  };
  let brought: BroughtUnits | undefined;
  const commit: Known<CommitFacts> = await known(async () => {
    brought = await bring(pin, 'commit');
    return await commitFacts(brought);
  });
  if (brought === undefined) {
    return { address, commit, reachability: undefined, signature: undefined, since: undefined };
  }
  const source = brought;
  const format = pin.objectFormat;
  const want = { commit: pin.commitSha, format };
  const settings = settingsFor(url, named, network, limits);
  const historyAddress = { url, want, settings, bounds: history, scratch: `${scratch}/history.pack` };
  const content = source.context.bag.get('commit', pin.commitSha) ?? Buffer.alloc(0);
  return {
    address,
    commit,
    reachability: await known(
      () => saved?.reachability(expectedRef) ?? findReachability(historyAddress, expectedRef, record?.history),
    ),
    signature: await known(() => readSignature({ content, format, keys: signerKeys, folder: `${scratch}/gpg` })),
    since: request.since === undefined ? undefined : await known(() => sinceFacts(request, source, bring)),
  };
};

/**
 * Finds out about the source of a workload: brings the commit into a folder that is gone afterwards, checks every byte by the
 * launcher's own code, and asks the repository to which branch or tag it belongs. Nothing of the commit is executed.
 * Failures are part of the answer; what throws is a mistake of the program.
 */
export const collectSource = async (request: SourceRequest): Promise<SourceFacts> => {
  const { address } = request;
  const facts = await known(async () => {
    const url = request.saved === undefined ? admitAddress(address) : request.pin.repoUrl;
    if (request.saved === undefined && request.offline === true && url.kind !== 'local') throw offlineRefusal(url);
    return await withScratch((scratch) => collect(request, url, scratch));
  });
  if ('value' in facts) return facts.value;
  return { address, commit: facts, reachability: undefined, signature: undefined, since: undefined };
};
