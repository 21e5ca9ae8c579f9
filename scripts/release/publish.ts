import { spawnSync } from 'node:child_process';
import { ImageError } from '../image/error.ts';

export interface Publication {
  /** The OCI archive. */
  readonly archive: string;
  /** The digest that the registry must have in the end. */
  readonly digest: string;
  /** `host/name`. */
  readonly repository: string;
  readonly tag: string;
  /** A registry on loopback without TLS. */
  readonly insecure?: boolean;
}

/**
 * Copies an archive into a registry, byte for byte, and asks the registry for the digest of the tag.
 * @throws ImageError where skopeo is missing or fails, or the registry has another digest
 */
export const publish = ({ archive, digest, repository, tag, insecure = false }: Publication): void => {
  const skopeo = (...args: string[]): string => {
    const { status, stdout, stderr, error } = spawnSync('skopeo', args, { encoding: 'utf8' });
    if (status !== 0) throw new ImageError(`skopeo ${args[0]}: ${error?.message ?? stderr.trim()}`, 'install skopeo');
    return stdout.trim();
  };
  const target = `docker://${repository}:${tag}`;
  const plain = (what: string): string[] => (insecure ? [`--${what}tls-verify=false`] : []);
  skopeo('copy', '--quiet', '--all', '--preserve-digests', ...plain('dest-'), `oci-archive:${archive}`, target);
  const found = skopeo('inspect', ...plain(''), '--format', '{{.Digest}}', '--no-tags', target);
  if (found !== digest) throw new ImageError(`the registry has ${found} as ${target}; ${archive} is ${digest}`);
};
