import { bombs } from './hostile/bombs.ts';
import { entryScripts } from './hostile/entry-scripts.ts';
import { gitNames } from './hostile/git-names.ts';
import type { HostileTree } from './hostile/hostile-tree.ts';
import { links } from './hostile/links.ts';
import { modes } from './hostile/modes.ts';
import { names } from './hostile/names.ts';
import { objects } from './hostile/objects.ts';
import { shapes } from './hostile/shapes.ts';
import { submodules } from './hostile/submodules.ts';

export { type BuildOptions, ENTRY_NAME, type HostileTree, WORKLOAD_LINE } from './hostile/hostile-tree.ts';

/** Every hostile or odd commit of the corpus. Names are unique. */
export const HOSTILE_TREES: readonly HostileTree[] = [
  ...gitNames,
  ...names,
  ...shapes,
  ...modes,
  ...links,
  ...objects,
  ...submodules,
  ...entryScripts,
  ...bombs,
];
