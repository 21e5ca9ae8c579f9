// SIMULATED: what actions/attest does on GitHub, by the mock Sigstore of the tests.
import { createHash } from 'node:crypto';
import { type Build, claimsOf } from '../../../test/mocks-sigstore/claims.ts';
import { Sigstore } from '../../../test/mocks-sigstore/sigstore.ts';
import { Pusher } from '../../../test/registry/real-registry.ts';
import { RELEASE_WORKFLOW } from '../../../src/audit/policy/release-identity.ts';
import type { OciImage } from '../../image/oci.ts';

/** An instance of the public one's name; nobody believes it but who is handed its root. */
export const sigstore = new Sigstore({ uri: 'https://fulcio.sigstore.dev' });

const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const EMPTY = 'application/vnd.oci.empty.v1+json';

const sha256 = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/** What GitHub says of a run of release.yml at a tag, which called the signing workflow. */
export const releaseBuild = (repository: string, commit: string, tag: string): Build => {
  const name = new URL(repository).pathname.slice(1);
  const ref = `refs/tags/${tag}`;
  return {
    repository: name,
    commit,
    ref,
    trigger: 'push',
    workflow: '.github/workflows/release.yml',
    signer: `${name}/${RELEASE_WORKFLOW}@${ref}`,
    signerCommit: commit,
  };
};

/** A bundle on a digest, signed for a build. */
export const attest = (digest: string, build: Build): object =>
  sigstore.bundle({ digest: digest.replace('sha256:', ''), claims: claimsOf(build) });

/** Attaches a bundle to an image of a registry as actions/attest does: a manifest with a subject, and the tag for registries without the API of referrers. */
export const attach = async (host: string, name: string, image: OciImage, bundle: object): Promise<void> => {
  const to = new Pusher(host, name);
  const push = async (content: string, mediaType: string) => {
    await to.blob(content, sha256(content));
    return { mediaType, digest: sha256(content), size: Buffer.byteLength(content) };
  };
  const size = (
    await fetch(`http://${host}/v2/${name}/manifests/${image.digest}`, { headers: { Accept: `${MANIFEST}, ${INDEX}` } })
  ).headers.get('content-length');
  const subject = {
    mediaType: image.platforms.length > 1 ? INDEX : MANIFEST,
    digest: image.digest,
    size: Number(size),
  };
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST,
    artifactType: BUNDLE,
    config: await push('{}', EMPTY),
    layers: [await push(JSON.stringify(bundle), BUNDLE)],
    subject,
    annotations: {
      'dev.sigstore.bundle.content': 'dsse-envelope',
      'dev.sigstore.bundle.predicateType': 'https://slsa.dev/provenance/v1',
    },
  });
  await to.manifest(manifest, MANIFEST, sha256(manifest));
  const entry = {
    mediaType: MANIFEST,
    artifactType: BUNDLE,
    digest: sha256(manifest),
    size: Buffer.byteLength(manifest),
  };
  const index = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [entry] });
  await to.manifest(index, INDEX, image.digest.replace(':', '-'));
};
