/** SIMULATED: the launcher's image in the registry, and beside it what a GitHub-like workflow attested of its build. */
import { randomUUID } from 'node:crypto';
import { tarOf } from '../../test/registry/tar-builder.ts';
import { claimsOf } from '../../test/mocks-sigstore/claims.ts';
import type { Sigstore } from '../../test/mocks-sigstore/sigstore.ts';
import { OCI_INDEX, OCI_MANIFEST, type Registry, sha256 } from './registry.ts';

export const IMAGE_REPOSITORY = 'acme/launcher';
/** A forge that is not GitHub, whose API the program would ask: the demo asks nobody but this machine. */
const FORGE = 'https://forge.example';
const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

export interface LauncherImage {
  /** `HOST/NAME@sha256:…`, as a compose file names it. */
  readonly name: string;
  /** `sha256:…` */
  readonly digest: string;
  readonly repository: string;
  readonly commit: string;
  readonly workflow: string;
}

/** Pushes the image and the attestation of its build, as the release workflow would. */
export const pushLauncherImage = async (registry: Registry, sigstore: Sigstore): Promise<LauncherImage> => {
  // Another image in each run: several demos may share one registry.
  const layer = tarOf({ path: 'SIMULATED', content: `the launcher would lie here: ${randomUUID()}\n` });
  const config = {
    os: 'linux',
    architecture: 'amd64',
    config: { Entrypoint: ['/usr/local/bin/trusted-workload-launcher'] },
    rootfs: { type: 'layers', diff_ids: [sha256(layer)] },
  };
  const image = await registry.manifest({
    mediaType: OCI_MANIFEST,
    config: await registry.blob(JSON.stringify(config), 'application/vnd.oci.image.config.v1+json'),
    layers: [await registry.blob(layer, 'application/vnd.oci.image.layer.v1.tar')],
  } as { mediaType: string });
  const claims = claimsOf({ host: FORGE, repository: IMAGE_REPOSITORY });
  const bundle = JSON.stringify(sigstore.bundle({ digest: image.digest.slice('sha256:'.length), claims }));
  const referrer = await registry.manifest({
    mediaType: OCI_MANIFEST,
    artifactType: BUNDLE,
    config: await registry.blob('{}', 'application/vnd.oci.empty.v1+json'),
    layers: [await registry.blob(bundle, BUNDLE)],
    subject: image,
  } as { mediaType: string });
  // Where a registry has no referrers API, this tag stands in for it.
  const list = { mediaType: OCI_INDEX, manifests: [{ ...referrer, artifactType: BUNDLE }] };
  await registry.manifest(list, image.digest.replace(':', '-'));
  return {
    name: `${registry.host}/${IMAGE_REPOSITORY}@${image.digest}`,
    digest: image.digest,
    repository: `${FORGE}/${IMAGE_REPOSITORY}`,
    commit: claims[13] ?? '',
    workflow: '.github/workflows/release.yml',
  };
};
