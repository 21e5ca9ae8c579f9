import { sortedTree, type TreeEntry } from '../git-objects.ts';
import type { ObjectStore } from '../object-store.ts';

export interface BuildOptions {
  /** The entry script of the commit. By default it prints {@link WORKLOAD_LINE}. */
  entry?: string;
  /** A script for every place where foreign code could hope to be run, such as a hook. */
  planted?: string;
}

export interface HostileTree {
  name: string;
  /** Puts the objects into the store and gives the hash to pin. */
  build(store: ObjectStore, options?: BuildOptions): string;
  /** Whether the commit is placed byte for byte and its entry script run, or nothing of it is. */
  verdict: 'refused' | 'placed';
  why: string;
  /** `by hand` where real git does not serve the commit: its pack has to be built. */
  server: 'git' | 'by hand';
  /** Further pin keys that the case needs. */
  pin?: Record<string, string>;
  /** The limit that decides, for cases that a higher limit would let through. */
  limit?: string;
  /** Takes seconds to build or to place. */
  heavy?: boolean;
}

export const ENTRY_NAME = 'tee-launch.sh';
export const WORKLOAD_LINE = 'the pinned workload ran';
export const DEFAULT_ENTRY = `#!/bin/bash\necho '${WORKLOAD_LINE}'\n`;
export const DEFAULT_PLANTED = '#!/bin/sh\n:\n';

/** What a case puts into the root tree next to the entry script. */
export type Entries = (store: ObjectStore, planted: string) => TreeEntry[];

/** The entry script as a tree entry. */
export const entryScript = (store: ObjectStore, options: BuildOptions = {}): TreeEntry => ({
  mode: '100755',
  name: ENTRY_NAME,
  oid: store.addBlob(options.entry ?? DEFAULT_ENTRY),
});

/** A commit of the given root tree. */
export const commitOf = (store: ObjectStore, tree: Uint8Array): string =>
  store.addCommit({ tree: store.add('tree', tree) });

/** Builds a commit whose root holds the entry script and the given entries, all in git's order. */
export const besideEntry =
  (entries: Entries): HostileTree['build'] =>
  (store, options = {}) =>
    commitOf(store, sortedTree([...entries(store, options.planted ?? DEFAULT_PLANTED), entryScript(store, options)]));

export const fileEntry = (
  store: ObjectStore,
  name: string | Uint8Array,
  content = 'content\n',
  mode = '100644',
): TreeEntry => ({
  mode,
  name,
  oid: store.addBlob(content),
});

export const linkEntry = (store: ObjectStore, name: string | Uint8Array, target: string | Uint8Array): TreeEntry => ({
  mode: '120000',
  name,
  oid: store.addBlob(target),
});

export const folderEntry = (
  store: ObjectStore,
  name: string | Uint8Array,
  entries: readonly TreeEntry[],
): TreeEntry => ({
  mode: '40000',
  name,
  oid: store.add('tree', sortedTree(entries)),
});

/** A git folder that would run the planted script on many occasions, if it were ever used as one. */
export const gitFolder = (store: ObjectStore, name: string | Uint8Array, planted: string): TreeEntry => {
  const hook = (event: string): TreeEntry => fileEntry(store, event, planted, '100755');
  return folderEntry(store, name, [
    fileEntry(store, 'HEAD', 'ref: refs/heads/main\n'),
    fileEntry(store, 'config', '[core]\n\tfsmonitor = ./hooks/post-checkout\n\thooksPath = hooks\n'),
    folderEntry(store, 'hooks', ['post-checkout', 'post-index-change', 'reference-transaction'].map(hook)),
  ]);
};
