import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ImageError } from './error.ts';
import { type Architecture, DROPPED, PACKAGES, SNAPSHOT_EPOCH, sourcesOf, type Target } from './packages.ts';

const HOOK = fileURLToPath(new URL('../../docker/rootfs.sh', import.meta.url));

/** A Debian package file as it was unpacked. */
export interface PackageFile {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
}

/** `HASH  name_version_arch.deb`, as sha256sum writes it of apt's files: a colon in a version is `%3a`. */
export const readPackageList = (text: string): PackageFile[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, sha256, name, version] =
        /^([0-9a-f]{64}) {2}([a-z0-9][a-z0-9+.-]+)_([^_]+)_[a-z0-9]+\.deb$/.exec(line) ?? [];
      if (sha256 === undefined || name === undefined || version === undefined) {
        throw new ImageError(`not a line of sha256sum over package files: ${line}`);
      }
      return { name, version: decodeURIComponent(version), sha256 };
    });

/**
 * Makes a root file system from packages, as a tar file at `path`, and gives what was unpacked. Nothing of the packages is run,
 * so any architecture can be made. The same packages give the same bytes.
 * @throws ImageError where mmdebstrap is missing or fails
 */
export const makeRootfs = (
  path: string,
  { architecture, target, mirror }: { architecture: Architecture; target: Target; mirror?: string | undefined },
): PackageFile[] => {
  const scratch = mkdtempSync(join(tmpdir(), 'image-root-'));
  try {
    const list = join(scratch, 'list');
    const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
    const { status, stderr, error } = spawnSync(
      'mmdebstrap',
      [
        '--format=tar',
        '--variant=extract',
        // It would ask apt once more, whose folders the hook takes away.
        '--skip=cleanup/apt',
        // A container engine makes its own.
        '--skip=output/dev',
        '--aptopt=Acquire::Retries "3"',
        `--architectures=${architecture}`,
        `--include=${PACKAGES[target].join(',')}`,
        `--extract-hook=sh ${quote(HOOK)} "$1" ${quote(list)} ${quote(DROPPED.join(' '))}`,
        '',
        path,
        '-',
      ],
      {
        encoding: 'utf8',
        input: `${sourcesOf(mirror).join('\n')}\n`,
        env: { ...process.env, SOURCE_DATE_EPOCH: String(SNAPSHOT_EPOCH), TMPDIR: scratch },
      },
    );
    if (status !== 0) {
      rmSync(path, { force: true });
      const why = error?.message ?? stderr.trim().slice(-600);
      throw new ImageError(
        `mmdebstrap: ${why}`,
        'install mmdebstrap; where the archive of snapshots cannot be reached, name a mirror',
      );
    }
    return readPackageList(readFileSync(list, 'utf8'));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};
