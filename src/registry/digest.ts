import { createHash } from 'node:crypto';
import { escapeText } from '../base/escape.ts';
import { RegistryError } from './errors.ts';

/** The algorithms that are registered (OCI image specification, "Digests"), with the length of their hex. */
const HEX_LENGTH: Readonly<Record<string, number>> = { sha256: 64, sha512: 128 };

/** `algorithm:hex` of a registered algorithm, lower case. */
export type Digest = `${'sha256' | 'sha512'}:${string}`;

/** Whether `text` is `sha256:` with 64 or `sha512:` with 128 lower-case hex digits. */
export const isDigest = (text: string): text is Digest => {
  const [, algorithm = '', hex = ''] = /^(sha256|sha512):([0-9a-f]+)$/.exec(text) ?? [];
  return hex !== '' && HEX_LENGTH[algorithm] === hex.length;
};

/** The digest of `bytes`, by SHA-256 where nothing else is asked for. */
export const digestOf = (bytes: Uint8Array, algorithm: 'sha256' | 'sha512' = 'sha256'): Digest =>
  `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;

/** Throws RegistryError `digest-mismatch` unless `bytes` hash to `digest`. `what` names them, escaped. */
export const checkDigest = (bytes: Uint8Array, digest: Digest, what: string): void => {
  const found = digestOf(bytes, digest.startsWith('sha512:') ? 'sha512' : 'sha256');
  if (found === digest) return;
  throw new RegistryError('digest-mismatch', `${what} hashes to ${found}, not to ${digest}`, {
    hint: 'the registry, or somebody on the way to it, sends other bytes than were asked for',
  });
};

/**
 * The tag under which a registry without the referrers API lists what refers to `digest` (OCI distribution
 * specification).
 */
export const referrersTag = (digest: Digest): string => {
  const [algorithm = '', hex = ''] = digest.split(':');
  return `${algorithm}-${hex.slice(0, 64)}`;
};

/** `value` where it is a digest; throws RegistryError `bad-manifest` where it is none. */
export const readDigest = (value: string, what: string): Digest => {
  if (isDigest(value)) return value;
  throw new RegistryError('bad-manifest', `${what} is '${escapeText(value.slice(0, 160))}', which is no digest`, {
    hint: 'sha256 with 64 and sha512 with 128 lower-case hex digits are known',
  });
};
