import { mkdirSync, readFileSync, renameSync } from 'node:fs';
import { escapeText } from '../base/escape.ts';
import type { RepoUrl } from '../pin/types.ts';
import { limitExceeded, SourceError } from './errors.ts';
import { showName } from './objects/tree-names.ts';
import type { Received, ReceiveOptions, Reception } from './receive.ts';
import { MAX_GITMODULES_BYTES, parseGitmodules, submoduleUrl } from './submodules.ts';
import { findTool } from './tools.ts';
import { type FetchPlan, fetchCommit, type NetworkSettings, readNamedFile } from './transport/fetch.ts';
import { noteBlob } from './tree-sha256.ts';
import { gitlinksOf, type SourceContext, type Unit } from './unit.ts';
import { fsPath } from './workdir/files.ts';

/** Where a complete checkout is put together: `tree`, `git`, and the bag of objects. */
export interface Incoming {
  folder: string;
  /** The files, one character a byte. */
  tree: string;
  /** git's metadata of the pinned commit, one character a byte. */
  git: string;
  /** Path prefix for what is needed on the way only. */
  scratch: string;
}

/** A commit that is wanted at a folder of the checkout. */
interface Wanted {
  path: string;
  url: RepoUrl;
  mirrors: RepoUrl[];
  commitId: string;
  depth: number;
}

/** Settings of the network from the pin; the files that it names are read here. */
const networkSettings = ({ pin, limits }: SourceContext): NetworkSettings => {
  const read = (key: string, path: string | undefined): string | undefined =>
    path === undefined ? undefined : readNamedFile(key, path);
  const hosts = [pin.repoUrl, ...pin.repoMirrors].flatMap((url) =>
    url.kind === 'http' ? [new URL(url.text).hostname] : [],
  );
  const credential = read('REPO_CREDENTIAL_FILE', pin.repoCredentialFile)?.trim();
  if (credential !== undefined && (credential === '' || /[\x00-\x1f\x7f]/.test(credential))) {
    throw new SourceError(
      'file-unreadable',
      'the file that REPO_CREDENTIAL_FILE names holds no token and no user:password',
      {
        hint: 'it must hold one line: a token, or user:password',
      },
    );
  }
  return {
    limits,
    deadline: performance.now() + limits.TOTAL_MS,
    pinnedHosts: new Set(hosts),
    primary: pin.repoUrl,
    credential,
    ca: read('REPO_CA_FILE', pin.repoCaFile),
    proxy: pin.repoProxy,
    sshKeyFile: pin.sshKeyFile,
    sshKnownHostsFile: pin.sshKnownHostsFile,
  };
};

/**
 * git, when its collision-detecting SHA-1 must look at every pack as well; undefined when that is moot.
 * @throws SourceError `tool-missing` when it is needed and not there
 */
const findWitness = ({ pin }: SourceContext): string | undefined => {
  if (pin.objectFormat === 'sha256' || pin.treeSha256 !== undefined) return undefined;
  const git = findTool('git');
  if (git !== undefined) return git;
  throw new SourceError(
    'tool-missing',
    'no git on this machine, so nothing here can detect a SHA-1 collision in the pinned commit',
    {
      hint: 'add TREE_SHA256 to the pin, which makes SHA-1 moot, or use an image that has git',
    },
  );
};

/** A gitlink is an error, an empty folder, or a submodule to bring: the pin says which. */
const checkGitlink = ({ pin }: SourceContext, path: string): void => {
  if (pin.submodules !== 'no') return;
  throw new SourceError('gitlink-refused', `the commit holds a submodule, at '${showName(path)}'`, {
    hint: 'set SUBMODULES=yes to bring submodules along, each at its recorded commit, or SUBMODULES=ignore for an empty folder',
  });
};

/** How the commit of one unit is received into the incoming folder. */
export const receptionOptions = (
  context: SourceContext,
  incoming: Incoming,
  wanted: Pick<Wanted, 'path' | 'url' | 'commitId'>,
  deadline: number,
): ReceiveOptions => {
  const { pin, limits } = context;
  const onBlob = noteBlob(context);
  const isRoot = wanted.path === '';
  return {
    commitId: wanted.commitId,
    format: pin.objectFormat,
    limits,
    tree: incoming.tree + (isRoot ? '' : `/${wanted.path}`),
    git: isRoot ? incoming.git : `${incoming.git}.submodule`,
    scratch: incoming.scratch,
    deadline,
    originUrl: wanted.url.text,
    writesIndex: !isRoot,
    witness: findWitness(context),
    onGitlink: (path) => checkGitlink(context, path),
    ...(onBlob === undefined ? {} : { onBlob }),
  };
};

/** Records what was received as a unit of the checkout. */
export const unitOf = (
  context: SourceContext,
  wanted: Pick<Wanted, 'path' | 'url' | 'commitId'>,
  received: Received,
): Unit => {
  context.bag.add('commit', received.commitContent);
  // Parents before children, as they are read again.
  for (const id of received.layout.trees.keys()) context.bag.add('tree', received.trees.get(id) ?? Buffer.alloc(0));
  const { commit, layout, stats } = received;
  return { ...wanted, commit, layout, stats };
};

/** Brings the pinned commit, and its submodules where the pin wants them, from the network into `incoming`. */
export const bringFromNetwork = async (context: SourceContext, incoming: Incoming): Promise<Unit[]> => {
  const { pin, limits, log } = context;
  const settings = networkSettings(context);
  findWitness(context);
  mkdirSync(fsPath(incoming.tree), { recursive: true, mode: 0o755 });
  const units: Unit[] = [];
  const queue: Wanted[] = [{ path: '', url: pin.repoUrl, mirrors: pin.repoMirrors, commitId: pin.commitSha, depth: 0 }];
  for (let wanted = queue.shift(); wanted !== undefined; wanted = queue.shift()) {
    const unit = await bringUnit(context, settings, incoming, wanted);
    units.push(unit);
    if (units.length + queue.length > limits.SUBMODULES)
      throw limitExceeded('SUBMODULES', `the commit has more than ${limits.SUBMODULES} submodules`);
    if (pin.submodules !== 'yes') continue;
    queue.push(...submodulesOf(context, incoming, wanted, unit));
  }
  if (units.length > 1) log.info(`submodules: ${units.length - 1}, each at its recorded commit`);
  return units;
};

const bringUnit = async (
  context: SourceContext,
  settings: NetworkSettings,
  incoming: Incoming,
  wanted: Wanted,
): Promise<Unit> => {
  const { pin, log } = context;
  const plan: FetchPlan<Received> = {
    addresses: [wanted.url, ...wanted.mirrors],
    want: { commit: wanted.commitId, format: pin.objectFormat },
    settings,
    begin: () => {
      let opening: Promise<Reception> | undefined;
      const open = (): Promise<Reception> => {
        opening ??= import('./receive.ts').then(
          ({ Reception }) => new Reception(receptionOptions(context, incoming, wanted, settings.deadline)),
        );
        return opening;
      };
      return {
        openSink: async () => (await open()).sink,
        complete: async () => await (await open()).complete(),
        discard: async () => {
          if (opening !== undefined) await (await opening).discard();
        },
      };
    },
    onFailure: (url, error, waitMs) => {
      const next = waitMs === undefined ? '' : `; trying again in ${waitMs} ms`;
      log.warning(`${escapeText(url.text)}: ${error.message}${next}`);
    },
  };
  const received = await fetchCommit(plan);
  log.info(`received ${received.objects} objects, ${received.packBytes} bytes`);
  if (wanted.path !== '') {
    renameSync(fsPath(`${incoming.git}.submodule`), fsPath(`${incoming.tree}/${wanted.path}/.git`));
  }
  return unitOf(context, wanted, received);
};

const submodulesOf = ({ limits }: SourceContext, incoming: Incoming, parent: Wanted, { layout }: Unit): Wanted[] => {
  const links = gitlinksOf(layout);
  if (links.length === 0) return [];
  if (parent.depth >= limits.SUBMODULE_DEPTH)
    throw limitExceeded('SUBMODULE_DEPTH', `submodules lie more than ${limits.SUBMODULE_DEPTH} deep`);
  const folder = `${incoming.tree}${parent.path === '' ? '' : `/${parent.path}`}`;
  const file = layout.entries.find(
    ({ path, kind }) => path === '.gitmodules' && (kind === 'file' || kind === 'executable'),
  );
  const bytes = file === undefined ? Buffer.alloc(0) : readFileSync(fsPath(`${folder}/.gitmodules`));
  if (bytes.length > MAX_GITMODULES_BYTES)
    throw new SourceError('submodule-refused', '.gitmodules has more than a megabyte', {
      hint: 'set SUBMODULES=ignore to leave the folders of submodules empty',
    });
  const urls = parseGitmodules(bytes.toString('latin1'));
  return links.map(({ path, id }) => ({
    path: parent.path === '' ? path : `${parent.path}/${path}`,
    url: submoduleUrl(path, urls, parent.url),
    mirrors: [],
    commitId: id,
    depth: parent.depth + 1,
  }));
};
