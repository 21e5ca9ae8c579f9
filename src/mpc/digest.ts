/** `sha256:` and 64 lower-case hex digits. What it is the digest of, manifest or config, is {@link DigestKind}. */
export type ImageDigest = `sha256:${string}`;

/**
 * What the digests that operators vote on name. `manifest`: what `docker pull name@…` takes (near/mpc since 2026-04). `config`: the
 * config out of the manifest, which was docker's image id (before that).
 */
export type DigestKind = 'manifest' | 'config';

const PREFIX = 'sha256:';
const HEX = /^[0-9a-fA-F]{64}$/;

/** What is wrong with a digest, for a message: "has no sha256: before it". Undefined where nothing is. */
export const digestProblem = (text: string): string | undefined => {
  if (!text.startsWith(PREFIX)) return 'does not begin with sha256:';
  return HEX.test(text.slice(PREFIX.length)) ? undefined : 'does not have 64 hex digits after sha256:';
};

/** The digest in lower case, as it is written everywhere; upper-case hex is read (near/mpc `DockerSha256Digest`). */
export const readDigest = (text: string): ImageDigest | undefined =>
  digestProblem(text) === undefined ? (text.toLowerCase() as ImageDigest) : undefined;

/** The 32 bytes. */
export const digestBytes = (digest: ImageDigest): Uint8Array =>
  new Uint8Array(Buffer.from(digest.slice(PREFIX.length), 'hex'));
