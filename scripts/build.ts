// Bundles each program into one readable file under dist/, and the lazily loaded parts beside them.
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeDeclarations } from './build/declarations.ts';
import { bundle, ENTRIES } from './bundle.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

// Put together aside and exchanged at the end: a program that runs meanwhile finds one whole set of files.
const dist = join(root, 'dist');
const fresh = join(root, `dist-${process.pid}`);
await bundle(root, ENTRIES, { dir: fresh, version });

writeDeclarations(root, 'audit/library', join(fresh, 'types'));

const old = `${fresh}-old`;
if (existsSync(dist)) renameSync(dist, old);
renameSync(fresh, dist);
rmSync(old, { recursive: true, force: true });
