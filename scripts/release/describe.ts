import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { OciImage } from '../image/oci.ts';
import { SNAPSHOT, SUITE } from '../image/packages.ts';
import type { Revision } from '../image/revision.ts';
import { identityOf } from './identity.ts';

export interface ReleaseImage {
  /** `ghcr.io/owner/name`. */
  readonly name: string;
  readonly image: OciImage;
}

/** `release.json`: what a release is, for programs. Index and platform digests have names of their own: they are often confused. */
export const releaseJson = (
  revision: Revision,
  images: Readonly<Record<string, ReleaseImage>>,
  files: readonly string[],
): object => {
  const tag = `v${revision.version}`;
  const { repository, workflow, subject } = identityOf(tag);
  return {
    schema: 'https://trusted-workload-launcher/release/v1',
    version: revision.version,
    tag,
    repository,
    commit: revision.commit,
    source_date_epoch: revision.epoch,
    debian: { suite: SUITE, snapshot: SNAPSHOT },
    signer: { workflow, certificate_identity: subject, issuer: 'https://token.actions.githubusercontent.com' },
    images: Object.fromEntries(
      Object.entries(images).map(([key, { name, image }]) => [
        key,
        {
          name,
          index_digest: image.platforms.length > 1 ? image.digest : null,
          platform_digests: Object.fromEntries(
            image.platforms.map(({ architecture, digest }) => [`linux/${architecture}`, digest]),
          ),
        },
      ]),
    ),
    files: files.map((path) => ({
      name: basename(path),
      size: statSync(path).size,
      sha256: createHash('sha256').update(readFileSync(path)).digest('hex'),
    })),
  };
};

/** The notes of a release: the digests, and the one command by which anybody checks a deployment of it. */
export const releaseNotes = (revision: Revision, images: Readonly<Record<string, ReleaseImage>>): string => {
  const tag = `v${revision.version}`;
  const { repository, workflow } = identityOf(tag);
  const rows = Object.values(images).flatMap(({ name, image }) => [
    ...(image.platforms.length > 1 ? [`| \`${name}\` | index | \`${image.digest}\` |`] : []),
    ...image.platforms.map(({ architecture, digest }) => `| \`${name}\` | linux/${architecture} | \`${digest}\` |`),
  ]);
  // Each in a line of its own: the digest of an index is that of exactly these platforms, and each image is a stage.
  const rebuilds = Object.entries(images).map(([stage, { image }]) => {
    const platforms = image.platforms.map(({ architecture }) => architecture).join(',');
    return `    npm run image:verify -- ${revision.commit} ${image.digest} --stage ${stage} --platform ${platforms}`;
  });
  return `Built from ${revision.commit}, signed by \`${workflow}\` at \`${tag}\`.

| Image | | Digest |
| --- | --- | --- |
${rows.join('\n')}

A compose file names an image by its index digest or by that of its platform; \`twl verify\` knows both. To check a deployment:

    npx -p trusted-workload-launcher@${revision.version} twl verify https://APP-8090.GATEWAY --repo URL --commit SHA --policy policy.toml

with this in \`policy.toml\`:

    [provenance]
    repository = "${repository}"
    workflow = "${workflow}"
    commit = "${revision.commit}"
    refs = ["refs/tags/${tag}"]

To build them again and compare, in a clone:

${rebuilds.join('\n')}

\`twl verify … --rebuild CLONE\` does it for the image of a deployment.
`;
};
