import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ImageError } from './error.ts';
import { type Architecture, SNAPSHOT, SUITE, type Target } from './packages.ts';
import type { PackageFile } from './rootfs.ts';

/** The list of packages that the root file system of a target is made of, from the top of the project. */
export const lockPath = (target: Target, architecture: Architecture): string =>
  `docker/packages/${target}-${architecture}.lock`;

const fileOf = (target: Target, architecture: Architecture): string =>
  fileURLToPath(new URL(`../../${lockPath(target, architecture)}`, import.meta.url));

const lineOf = ({ name, version, sha256 }: PackageFile): string => `${sha256} ${name} ${version}`;

/**
 * The packages that the lock names.
 * @throws ImageError where there is no lock, or a line is none
 */
export const readLock = (target: Target, architecture: Architecture): PackageFile[] => {
  const path = fileOf(target, architecture);
  if (!existsSync(path)) throw new ImageError(`there is no ${lockPath(target, architecture)}`, 'write it with --lock');
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, sha256, name, version] = /^([0-9a-f]{64}) (\S+) (\S+)$/.exec(line) ?? [];
      if (sha256 === undefined || name === undefined || version === undefined) {
        throw new ImageError(`${lockPath(target, architecture)}: not a package: ${line}`);
      }
      return { name, version, sha256 };
    });
};

/** Writes what was found into the lock. */
export const writeLock = (target: Target, architecture: Architecture, packages: readonly PackageFile[]): void => {
  const head = `# ${SUITE} at ${SNAPSHOT}: SHA-256 of the package file, name, version\n`;
  writeFileSync(fileOf(target, architecture), `${head}${packages.map(lineOf).sort().join('\n')}\n`);
};

/** How what was found differs from the lock: `- ` for lines of the lock alone, `+ ` for lines of what was found alone. */
export const checkLock = (target: Target, architecture: Architecture, packages: readonly PackageFile[]): string[] => {
  const path = fileOf(target, architecture);
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const locked = new Set(text.split('\n').filter((line) => line !== '' && !line.startsWith('#')));
  const found = new Set(packages.map(lineOf));
  return [
    ...[...locked].filter((line) => !found.has(line)).map((line) => `- ${line}`),
    ...[...found].filter((line) => !locked.has(line)).map((line) => `+ ${line}`),
  ];
};
