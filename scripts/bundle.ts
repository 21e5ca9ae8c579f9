import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'rolldown';
import { describeLicences } from './build/licences.ts';
import { readRepository } from './image/revision.ts';

/** Programs: output name -> source. */
export const PROGRAMS = {
  'trusted-workload-launcher': 'src/launcher/main.ts',
  twl: 'src/cli/main.ts',
  'twl-attest': 'src/responder/main.ts',
  'mpc-launcher': 'src/mpc/main.ts',
} as const;

/** The programs, and the library that the package exports. */
export const ENTRIES = { ...PROGRAMS, library: 'src/audit/library.ts' } as const;

/** What belongs to whom in the output. */
export interface BundleOptions {
  readonly dir: string;
  /** What the programs answer to `--version`. */
  readonly version: string;
  /** All entries in one go, so that what several of them use is there once: smaller, and each program is in more files. */
  readonly together?: boolean;
}

/**
 * Bundles each entry into one readable file of `dir`, and what only some runs need into files beside it, with the licences of what is bundled. The
 * same sources give the same bytes, wherever they lie.
 * @param root the project
 * @returns the names of the npm packages that became part of them, sorted
 */
export const bundle = async (
  root: string,
  entries: Readonly<Record<string, string>>,
  { dir, version, together = false }: BundleOptions,
): Promise<string[]> => {
  /** Name of each package by its folder: two versions of one lie in two. */
  const packages = new Map<string, string>();
  const groups = together
    ? [{ folder: 'lazy', input: entries }]
    : Object.entries(entries).map(([name, source]) => ({ folder: `lazy/${name}`, input: { [name]: source } }));
  for (const { folder, input } of groups) {
    const { output } = await build({
      cwd: root,
      input,
      platform: 'node',
      logLevel: 'warn',
      external: [/^node:/],
      transform: {
        define: { __VERSION__: JSON.stringify(version), __REPOSITORY__: JSON.stringify(readRepository()) },
      },
      output: {
        dir,
        // CommonJS starts 10 ms sooner: an ES import of a built-in module evaluates all of its lazy exports.
        format: 'cjs',
        minify: false,
        entryFileNames: '[name].cjs',
        // What only some launches need (ssh, local repositories) is a file of its own and not parsed by the others.
        chunkFileNames: `${folder}/[name].cjs`,
      },
    });
    for (const id of output.flatMap((part) => (part.type === 'chunk' ? part.moduleIds : []))) {
      const [, folder, name] = /(.*\/node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(id) ?? [];
      if (folder !== undefined && name !== undefined) packages.set(folder, name);
    }
  }
  writeFileSync(join(dir, 'THIRD-PARTY.txt'), describeLicences([...packages.keys()]));
  return [...new Set(packages.values())].sort();
};
