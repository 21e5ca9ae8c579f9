// Steps of the release workflow that are more than a line of shell; each is also made in the rehearsal or in a test.
//   node scripts/release.ts check TAG OWNER/NAME             the tag is the version's, the repository package.json's; there is a commit
//   node scripts/release.ts compare FILE FILE                two outputs of `npm run image` are one image
//   node scripts/release.ts describe [--release] FOLDER KEY=NAME=FILE…
//                                                            release.json, notes.md and one SBOM an image and platform
//   node scripts/release.ts node FOLDER                      Node's binaries are those of nodejs.org, unpacked below FOLDER
// `check` runs before anything is installed: nothing that it imports may come from node_modules.
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ImageError } from './image/error.ts';
import { putNodeBinary } from './image/node-binary.ts';
import type { OciImage } from './image/oci.ts';
import { ARCHITECTURES, type Architecture } from './image/packages.ts';
import { readRevision, requireCommit, type Revision, versionOf } from './image/revision.ts';
import { compareImages } from './release/compare.ts';
import { releaseJson, releaseNotes, type ReleaseImage } from './release/describe.ts';
import { identityOf } from './release/identity.ts';
import { sbomOf } from './release/sbom.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
/** What `npm run image` printed. */
const readImage = (path: string): OciImage & { commit?: string } => JSON.parse(readFileSync(path, 'utf8'));

const inScratch = async <T>(action: (folder: string) => Promise<T>): Promise<T> => {
  const folder = mkdtempSync(join(tmpdir(), 'release-'));
  try {
    return await action(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/**
 * The tag must be the one of the version in package.json, everything must be in a commit, and what runs must be the repository of which
 * package.json, the expected signer and the labels of the images speak.
 */
const check = (tag: string, repository: string, revision: Revision): void => {
  identityOf(tag);
  if (tag !== `v${revision.version}`)
    throw new ImageError(`${tag} is not v${revision.version}, as package.json has it`);
  if (`https://github.com/${repository}` !== revision.repository) {
    const text = `package.json's repository is ${revision.repository}, and this is ${repository}`;
    throw new ImageError(text, 'a fork that releases changes repository.url of package.json');
  }
  requireCommit(revision);
};

const compare = (first: string, second: string): void => {
  const { isSame, lines } = compareImages(readImage(first), readImage(second));
  for (const line of lines) console.log(line);
  if (!isSame) throw new ImageError('two builds of one commit differ');
};

/** One SBOM a platform of each image; those of nobody's packages but ours are the same for all. */
const describe = async (
  folder: string,
  images: Readonly<Record<string, ReleaseImage>>,
  revision: Revision,
): Promise<void> => {
  const { bundle, PROGRAMS } = await import('./bundle.ts');
  const { twl: _, ...programs } = PROGRAMS;
  const bundled = await inScratch((dir) => bundle(root, programs, { dir, version: versionOf(revision) }));
  for (const [key, { name, image }] of Object.entries(images)) {
    for (const { architecture, digest } of image.platforms) {
      const target = key === 'launcher' ? 'launcher' : 'mpc';
      const sbom = sbomOf({
        image: `${name}@${digest}`,
        target,
        architecture: architecture as Architecture,
        revision,
        bundled,
      });
      writeFileSync(join(folder, `${key}-${architecture}.spdx.json`), `${JSON.stringify(sbom, undefined, 2)}\n`);
    }
  }
  const files = readdirSync(folder)
    .filter((name) => /\.(?:tgz|tar\.gz|spdx\.json)$/.test(name))
    .sort();
  const release = releaseJson(
    revision,
    images,
    files.map((name) => join(folder, name)),
  );
  writeFileSync(join(folder, 'release.json'), `${JSON.stringify(release, undefined, 2)}\n`);
  writeFileSync(join(folder, 'notes.md'), releaseNotes(revision, images));
};

/** npm's repackaging of Node against what nodejs.org signed for, which the workflow has fetched and unpacked. */
const compareNode = async (folder: string): Promise<void> => {
  const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
  for (const architecture of ARCHITECTURES) {
    await inScratch(async (scratch) => {
      const path = join(scratch, 'node');
      const version = putNodeBinary(path, architecture, scratch);
      const platform = architecture === 'amd64' ? 'x64' : 'arm64';
      const official = join(folder, `node-v${version}-linux-${platform}`, 'bin/node');
      if (sha256(path) !== sha256(official))
        throw new ImageError(`npm's node-linux-${platform}@${version} is not that of nodejs.org`);
      console.log(`node-linux-${platform}@${version} is nodejs.org's`);
    });
  }
};

/** Of a release, everything is of one commit, the images too. */
const describeRelease = async (
  folder: string,
  images: Readonly<Record<string, ReleaseImage & { commit?: string | undefined }>>,
): Promise<void> => {
  const revision = requireCommit(readRevision());
  for (const [key, { commit }] of Object.entries(images))
    if (commit !== revision.commit)
      throw new ImageError(`${key} is of ${commit ?? 'no commit'}, not ${revision.commit}`);
  await describe(folder, images, revision);
};

const imagesOf = (args: readonly string[]): Record<string, ReleaseImage & { commit?: string | undefined }> =>
  Object.fromEntries(
    args.map((arg) => {
      const [key = '', name = '', file = ''] = arg.split('=');
      const image = readImage(file);
      return [key, { name, image, commit: image.commit }];
    }),
  );

const [command, ...args] = process.argv.slice(2);
try {
  if (command === 'check' && args.length === 2) check(args[0]!, args[1]!, readRevision());
  else if (command === 'compare' && args.length === 2) compare(args[0]!, args[1]!);
  else if (command === 'node' && args.length === 1) await compareNode(args[0]!);
  else if (command === 'describe' && args[0] === '--release' && args.length > 2)
    await describeRelease(args[1]!, imagesOf(args.slice(2)));
  else if (command === 'describe' && args.length > 1) await describe(args[0]!, imagesOf(args.slice(1)), readRevision());
  else {
    console.error('usage: node scripts/release.ts check|compare|describe|node …');
    process.exitCode = 2;
  }
} catch (error) {
  if (!(error instanceof ImageError)) throw error;
  console.error(`release: error: ${error.message}`);
  if (error.hint !== undefined) console.error(`release: hint: ${error.hint}`);
  process.exitCode = 1;
}
