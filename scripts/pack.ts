// `node scripts/pack.ts [--release] [FOLDER]`: packs what is published on npm: the files that package.json names, and a manifest without what only
// development needs. Prints the tarball's name. The same files give the same bytes. With --release everything has to be in a commit.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeDeclarations } from './build/declarations.ts';
import { bundle, ENTRIES } from './bundle.ts';
import { commandFiles, writeCommandFiles } from './describe-commands.ts';
import { readRevision, requireCommit, type Revision, versionOf } from './image/revision.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What a program that is bundled whole does not need, and what would run or be installed with it. */
const STRIPPED = ['private', 'scripts', 'devDependencies', 'optionalDependencies', 'dependencies'];

/** Made for the package, and not copied. */
const MADE = ['dist', 'man', 'completions'];

/** npm puts these in, named or not. */
const ALWAYS = ['README.md', 'LICENSE'];

/** The manifest as it is published. */
export const publishedManifest = (manifest: Readonly<Record<string, unknown>>): Record<string, unknown> => ({
  ...Object.fromEntries(Object.entries(manifest).filter(([key]) => !STRIPPED.includes(key))),
  man: Object.keys(commandFiles())
    .filter((name) => name.endsWith('.1'))
    .map((name) => `./${name}`),
});

/** Packs into `folder` and gives the tarball's path. */
export const pack = async (folder: string, revision: Revision = readRevision()): Promise<string> => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const scratch = mkdtempSync(join(tmpdir(), 'pack-'));
  try {
    writeFileSync(join(scratch, 'package.json'), `${JSON.stringify(publishedManifest(manifest), undefined, 2)}\n`);
    const dist = join(scratch, 'dist');
    await bundle(root, ENTRIES, { dir: dist, version: versionOf(revision), together: true });
    writeCommandFiles(scratch);
    writeDeclarations(root, 'audit/library', join(dist, 'types'));
    for (const name of [...manifest.files, ...ALWAYS]) {
      if (MADE.includes(name)) continue;
      if (!existsSync(join(root, name))) throw new Error(`package.json names ${name}, which is not there`);
      cpSync(join(root, name), join(scratch, name), { recursive: true, verbatimSymlinks: true });
    }
    const args = ['pack', '--silent', '--ignore-scripts', '--pack-destination', resolve(folder)];
    const { status, stdout, stderr } = spawnSync('npm', args, { cwd: scratch, encoding: 'utf8' });
    if (status !== 0) throw new Error(`npm pack: ${stderr.trim()}`);
    return join(resolve(folder), stdout.trim().split('\n').at(-1) ?? '');
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};

/** What the command line of both packing scripts says: where to, and what is packed. */
export const packArguments = (args: readonly string[]): { folder: string; revision: Revision } => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { release: { type: 'boolean', default: false } },
  });
  const revision = readRevision();
  return { folder: positionals[0] ?? '.', revision: values.release ? requireCommit(revision) : revision };
};

if (import.meta.main) {
  const { folder, revision } = packArguments(process.argv.slice(2));
  console.log(await pack(folder, revision));
}
