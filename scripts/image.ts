// `npm run image -- [--stage launcher|mpc|mpc-drop-in] [--platform amd64,arm64] [--mirror URL] [--output FILE]`: builds the image
// into an OCI archive and prints its digests as JSON. docs/image.md tells more.
import { existsSync, renameSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildImage, STAGES, type Stage } from './image/build.ts';
import { ImageError } from './image/error.ts';
import { checkLock, lockPath, writeLock } from './image/lock.ts';
import { ARCHITECTURES, type Architecture } from './image/packages.ts';
import { readRevision } from './image/revision.ts';
import type { PackageFile } from './image/rootfs.ts';

const oneOf = <T extends string>(what: string, names: readonly T[], value: string): T => {
  const name = names.find((known) => known === value);
  if (name === undefined) throw new ImageError(`--${what} ${value} is none of ${names.join(', ')}`);
  return name;
};

/** Takes root file systems from a folder, and leaves there those that it lacks. A copy, so that many can make one at a time. */
const keptIn = (folder: string | undefined) =>
  folder === undefined
    ? undefined
    : (name: string, make: (path: string) => void): string => {
        const path = join(folder, name);
        if (existsSync(path)) return path;
        const unfinished = `${path}.${process.pid}`;
        make(unfinished);
        renameSync(unfinished, path);
        return path;
      };

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      stage: { type: 'string', default: 'launcher' },
      platform: { type: 'string', default: process.arch === 'arm64' ? 'arm64' : 'amd64' },
      mirror: { type: 'string' },
      output: { type: 'string' },
      name: { type: 'string' },
      rootfs: { type: 'string' },
      cached: { type: 'boolean', default: false },
      lock: { type: 'boolean', default: false },
    },
  });
  const stage: Stage = oneOf('stage', STAGES, values.stage);
  const architectures = values.platform
    .split(',')
    .map((name): Architecture => oneOf('platform', ARCHITECTURES, name.replace('linux/', '')));
  const revision = readRevision();
  const mirror = values.mirror ?? process.env.TWL_IMAGE_MIRROR;
  const output = resolve(values.output ?? join('dist', `${stage}.oci.tar`));
  const image = await buildImage({
    stage,
    architectures,
    revision,
    mirror,
    output,
    name: values.name,
    cached: values.cached,
    rootfs: keptIn(values.rootfs),
  });
  const target = stage === 'launcher' ? 'launcher' : 'mpc';
  for (const [architecture, found] of Object.entries(image.packages) as [Architecture, PackageFile[]][]) {
    if (values.lock) writeLock(target, architecture, found);
    const differences = checkLock(target, architecture, found);
    if (differences.length === 0) continue;
    const text = `${lockPath(target, architecture)} names other packages:\n  ${differences.join('\n  ')}`;
    // A mirror of today is for trying things out; the snapshot never changes.
    if (mirror === undefined) throw new ImageError(text, 'read what changed, then write the lock anew with --lock');
    console.error(`image: warning: ${text}`);
  }
  const { digest, platforms } = image;
  console.log(JSON.stringify({ stage, ...revision, archive: output, digest, platforms }, undefined, 2));
};

try {
  await main();
} catch (error) {
  if (!(error instanceof ImageError)) throw error;
  console.error(`image: error: ${error.message}`);
  if (error.hint !== undefined) console.error(`image: hint: ${error.hint}`);
  process.exitCode = 1;
}
