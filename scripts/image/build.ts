import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, linkSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GRAMMAR_VERSION } from '../../src/pin/canonical.ts';
import { fillContext } from './context.ts';
import { ImageError } from './error.ts';
import { type OciImage, readOciArchive } from './oci.ts';
import type { Architecture, Target } from './packages.ts';
import type { Revision } from './revision.ts';
import { makeRootfs, type PackageFile } from './rootfs.ts';

/** What the Dockerfile can make. */
export const STAGES = ['launcher', 'mpc', 'mpc-drop-in'] as const;
export type Stage = (typeof STAGES)[number];

export interface ImageRequest {
  readonly stage: Stage;
  readonly architectures: readonly Architecture[];
  readonly revision: Revision;
  /** Where Debian's archive is; undefined: the dated snapshot. */
  readonly mirror?: string | undefined;
  /** The OCI archive to write. */
  readonly output: string;
  /** The name that an engine knows the image by when it has loaded the archive. Not part of the image. */
  readonly name?: string | undefined;
  /** Takes layers that the engine has already built from the same files; for trying things out. */
  readonly cached?: boolean;
  /** A root file system that was made before, by its name; makes it where it is not there. */
  readonly rootfs?: ((name: string, make: (path: string) => void) => string) | undefined;
}

const linkOrCopy = (from: string, to: string): void => {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
};

const rootfsName = (target: Target, architecture: Architecture): string =>
  target === 'launcher' ? `root-${architecture}.tar` : `root-mpc-${architecture}.tar`;

/** `docker buildx build` into an OCI archive, whose bytes depend on the context alone. */
const buildArchive = (
  context: string,
  { stage, architectures, revision, output, name, cached = false }: ImageRequest,
): void => {
  const { status, stderr, error } = spawnSync(
    'docker',
    [
      'buildx',
      'build',
      '--quiet',
      ...(cached ? [] : ['--no-cache']),
      // The engine's own statement names times, and would be another index with each build. What is signed comes from the release.
      '--provenance=false',
      '--sbom=false',
      `--target=${stage}`,
      `--platform=${architectures.map((name) => `linux/${name}`).join(',')}`,
      `--build-arg=SOURCE=${revision.repository}`,
      `--build-arg=REVISION=${revision.commit ?? 'none: files that are in no commit'}`,
      `--build-arg=VERSION=${revision.version}`,
      `--build-arg=GRAMMAR=${GRAMMAR_VERSION}`,
      `--output=type=oci,dest=${output},rewrite-timestamp=true${name === undefined ? '' : `,name=${name}`}`,
      context,
    ],
    { encoding: 'utf8', env: { ...process.env, SOURCE_DATE_EPOCH: String(revision.epoch) } },
  );
  if (status !== 0) {
    throw new ImageError(
      `docker buildx build: ${error?.message ?? stderr.trim().slice(-800)}`,
      'an OCI archive takes an engine with the containerd image store, or a buildx builder of its own',
    );
  }
};

/**
 * Builds one stage of docker/Dockerfile from the files of this project into an OCI archive.
 * @returns the digests in it, and the packages where a root file system was made
 * @throws ImageError
 */
export const buildImage = async (
  request: ImageRequest,
): Promise<OciImage & { packages: Record<string, PackageFile[]> }> => {
  const context = mkdtempSync(join(tmpdir(), 'image-context-'));
  const packages: Record<string, PackageFile[]> = {};
  try {
    const target: Target = request.stage === 'launcher' ? 'launcher' : 'mpc';
    for (const architecture of request.architectures) {
      const name = rootfsName(target, architecture);
      const make = (path: string): void => {
        packages[architecture] = makeRootfs(path, { architecture, target, mirror: request.mirror });
      };
      if (request.rootfs === undefined) make(join(context, name));
      else linkOrCopy(request.rootfs(name, make), join(context, name));
    }
    await fillContext(context, request.architectures, request.revision);
    if (existsSync(request.output)) rmSync(request.output);
    buildArchive(context, request);
    return { ...readOciArchive(request.output), packages };
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
};
