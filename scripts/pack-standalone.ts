// `node scripts/pack-standalone.ts [--release] [FOLDER]`: the programs with the Node that they were tested on, one .tar.gz a platform, which needs
// nothing but bash. The same files give the same bytes.
import { spawnSync } from 'node:child_process';
import { chmodSync, lutimesSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { putNodeBinary, putNodeLicence } from './image/node-binary.ts';
import { ARCHITECTURES } from './image/packages.ts';
import { readRevision, type Revision } from './image/revision.ts';
import { pack, packArguments } from './pack.ts';

const run = (command: string, ...args: string[]): void => {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command}: ${stderr.trim()}`);
};

const settle = (folder: string, epoch: number): void => {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    lutimesSync(join(folder, name), epoch, epoch);
};

/** Writes the archives into `folder` and gives their paths. */
export const packStandalone = async (
  folder: string,
  architectures: readonly (typeof ARCHITECTURES)[number][] = ARCHITECTURES,
  revision: Revision = readRevision(),
): Promise<string[]> => {
  const { version, epoch } = revision;
  const scratch = mkdtempSync(join(tmpdir(), 'standalone-'));
  try {
    const tarball = await pack(scratch, revision);
    return architectures.map((architecture) => {
      const platform = architecture === 'amd64' ? 'x64' : 'arm64';
      const top = join(scratch, architecture, `trusted-workload-launcher-${version}-linux-${platform}`);
      mkdirSync(top, { recursive: true });
      run('tar', '-xzf', tarball, '-C', top, '--strip-components=1');
      const bin = join(top, 'node_modules', `node-linux-${platform}`, 'bin');
      mkdirSync(bin, { recursive: true });
      putNodeBinary(join(bin, 'node'), architecture, mkdtempSync(join(scratch, 'node-')));
      chmodSync(join(bin, 'node'), 0o755);
      putNodeLicence(join(bin, '../LICENSE'));
      settle(join(scratch, architecture), epoch);
      const output = join(resolve(folder), `trusted-workload-launcher-${version}-linux-${platform}.tar.gz`);
      const plain = [
        '--sort=name',
        '--owner=0',
        '--group=0',
        '--numeric-owner',
        '--format=ustar',
        '--use-compress-program=gzip -n',
      ];
      run(
        'tar',
        ...plain,
        '-cf',
        output,
        '-C',
        join(scratch, architecture),
        `trusted-workload-launcher-${version}-linux-${platform}`,
      );
      return output;
    });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};

if (import.meta.main) {
  const { folder, revision } = packArguments(process.argv.slice(2));
  for (const path of await packStandalone(folder, ARCHITECTURES, revision)) console.log(path);
}
