import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What workloads use of an image, and what Node needs. */
const PACKAGES = ['base-files', 'bash', 'coreutils', 'git', 'ca-certificates', 'libstdc++6'];
const SOURCES = ['debian.sources', 'ubuntu.sources'].map((name) => `/etc/apt/sources.list.d/${name}`);

const firstMatch = (paths: readonly string[], pattern: RegExp): string | undefined =>
  paths
    .filter((path) => existsSync(path))
    .flatMap((path) => pattern.exec(readFileSync(path, 'utf8'))?.[1] ?? [])
    .at(0);

/** The release and the mirror that this machine itself is installed from. */
const origin = (): { suite: string; mirror: string } => ({
  suite: firstMatch(['/etc/os-release'], /^VERSION_CODENAME=(\S+)/m) ?? 'bookworm',
  mirror:
    firstMatch(SOURCES, /^URIs: *(\S+)/m) ??
    firstMatch(['/etc/apt/sources.list'], /^deb (?:\[.*\] )?(\S+)/m) ??
    'http://deb.debian.org/debian',
});

const isOurs = (path: string): boolean => {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && stats.uid === process.getuid?.();
};

/** A root file system of Debian packages as a tar file; made once a day, and kept in the temporary folder. */
export const rootfs = (): string => {
  const { suite, mirror } = origin();
  const path = join(tmpdir(), `twl-rootfs-${suite}-${new Date().toISOString().slice(0, 10)}.tar`);
  if (isOurs(path)) return path;
  const unfinished = `${path}.${process.pid}`;
  const args = [
    '--quiet',
    '--format=tar',
    '--variant=extract',
    `--include=${PACKAGES.join(',')}`,
    suite,
    unfinished,
    mirror,
  ];
  const { status, stderr, error } = spawnSync('mmdebstrap', args, { encoding: 'utf8' });
  if (status !== 0) {
    rmSync(unfinished, { force: true });
    throw new Error(`no image for the container tests: mmdebstrap: ${error?.message ?? stderr.slice(-400)}`);
  }
  renameSync(unfinished, path);
  return path;
};
