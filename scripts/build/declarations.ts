// The types of the library: what its entry leads to, and no declaration of a file that nobody can name.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const IMPORTS = /\bfrom '(\.[^']*)\.ts'|\bimport\('(\.[^']*)\.ts'\)/g;

/** The declaration files that one leads to, itself included. */
const reachable = (entry: string, found = new Set<string>()): ReadonlySet<string> => {
  if (found.has(entry)) return found;
  found.add(entry);
  for (const [, named, imported] of readFileSync(entry, 'utf8').matchAll(IMPORTS)) {
    reachable(join(dirname(entry), `${named ?? imported}.d.ts`), found);
  }
  return found;
};

/** Writes the declarations of `src/<entry>.ts` and of what it leads to below `target`. */
export const writeDeclarations = (root: string, entry: string, target: string): void => {
  const all = `${target}-all`;
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.types.json', '--outDir', all], { cwd: root, stdio: 'inherit' });
  for (const path of reachable(join(all, `${entry}.d.ts`))) {
    const copy = join(target, relative(all, path));
    mkdirSync(dirname(copy), { recursive: true });
    cpSync(path, copy);
  }
  rmSync(all, { recursive: true });
};
