import {
  chmodSync,
  copyFileSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, PROGRAMS as ALL } from '../bundle.ts';
import { putNodeBinary, putNodeLicence } from './node-binary.ts';
import type { Architecture } from './packages.ts';
import { type Revision, versionOf } from './revision.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The programs of the image; `twl` is for auditors, who have no use for an image. */
export const PROGRAMS = ['trusted-workload-launcher', 'git-launcher', 'twl-attest', 'mpc-launcher'] as const;
const { twl: _, ...BUNDLES } = ALL;

/** Gives everything below `folder` one time, and modes that do not depend on who checked out. */
const settle = (folder: string, epoch: number): void => {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) settle(path, epoch);
    if (entry.isFile()) chmodSync(path, entry.name === 'entry' ? 0o755 : 0o644);
    lutimesSync(path, epoch, epoch);
  }
  chmodSync(folder, 0o755);
  lutimesSync(folder, epoch, epoch);
};

/** What both targets have beside packages, below `context/launcher`: the bundled programs, the entry script, its names. */
const putPrograms = async (context: string, revision: Revision): Promise<void> => {
  const top = join(context, 'launcher');
  const bin = join(top, 'usr/local/bin');
  mkdirSync(join(top, 'opt/launcher/bin'), { recursive: true });
  mkdirSync(bin, { recursive: true });
  await bundle(root, BUNDLES, {
    dir: join(top, 'opt/launcher/dist'),
    version: versionOf(revision),
  });
  copyFileSync(join(root, 'docker/entry.sh'), join(top, 'opt/launcher/entry'));
  copyFileSync(join(root, 'LICENSE'), join(top, 'opt/launcher/LICENSE'));
  putNodeLicence(join(top, 'opt/launcher/LICENSE.node'));
  for (const name of PROGRAMS) symlinkSync('/opt/launcher/entry', join(bin, name));
};

/** Fills a build context but for the root file systems: Dockerfile, Node of each architecture, programs. */
export const fillContext = async (
  context: string,
  architectures: readonly Architecture[],
  revision: Revision,
): Promise<void> => {
  copyFileSync(join(root, 'docker/Dockerfile'), join(context, 'Dockerfile'));
  await putPrograms(context, revision);
  settle(join(context, 'launcher'), revision.epoch);
  for (const architecture of architectures) {
    const scratch = mkdtempSync(join(tmpdir(), 'image-node-'));
    try {
      const path = join(context, `node-${architecture}`);
      putNodeBinary(path, architecture, scratch);
      // npm leaves it with the time of the installation.
      chmodSync(path, 0o755);
      lutimesSync(path, revision.epoch, revision.epoch);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  }
};
