import { escapeText } from '../base/escape.ts';
import { isLoopback, readAuthority } from '../pin/host.ts';
import { type Digest, isDigest } from './digest.ts';
import { RegistryError } from './errors.ts';

/** Which image, and where: what a `docker pull` of the same text would ask for. */
export interface Reference {
  /** Host and perhaps port, as a user writes them: `docker.io`, `ghcr.io`, `127.0.0.1:5000`. */
  readonly registry: string;
  /** Below the registry, `library/` included. */
  readonly repository: string;
  readonly tag: string | undefined;
  /** With one the tag decides nothing. */
  readonly digest: Digest | undefined;
}

// OCI distribution specification, "Pulling manifests": <name> and <reference>.
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
/** Clients take 255 for host and name together (the same section). */
const MAX_NAME_LENGTH = 255;
/** A name, a tag and the longest digest. */
const MAX_REFERENCE_LENGTH = MAX_NAME_LENGTH + 129 + 136;

const DOCKER_HUB = 'docker.io';
/** Names of Docker Hub that mean the same; the API itself is at none of them. */
const DOCKER_HUB_NAMES = new Set([DOCKER_HUB, 'index.docker.io', 'registry-1.docker.io']);
const DOCKER_HUB_API = 'registry-1.docker.io';

const bad = (text: string, why: string): RegistryError =>
  new RegistryError('bad-reference', `'${escapeText(text.slice(0, MAX_REFERENCE_LENGTH))}' ${why}`, {
    hint: 'write registry/name:tag or registry/name@sha256:…',
  });

/**
 * Whether the first part of a name is a registry: it has a dot or a port, or is `localhost` (distribution/reference).
 */
const isHost = (first: string): boolean => /[.:]/.test(first) || first === 'localhost';

const splitHost = (name: string): { host: string; rest: string } => {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  return isHost(first) ? { host: first, rest: name.slice(slash + 1) } : { host: DOCKER_HUB, rest: name };
};

/**
 * Reads `[registry/]name[:tag][@digest]`. A name without a registry is Docker Hub's, one without a `/` is in its
 * `library/`. No default tag: with neither tag nor digest both are undefined. Throws RegistryError `bad-reference`.
 */
export const parseReference = (text: string): Reference => {
  if (text.length > MAX_REFERENCE_LENGTH) throw bad(text, 'is too long for an image reference');
  const at = text.indexOf('@');
  const digest = at === -1 ? undefined : text.slice(at + 1);
  if (digest !== undefined && !isDigest(digest)) throw bad(text, 'has no sha256 or sha512 digest after the @');
  const named = at === -1 ? text : text.slice(0, at);
  // A colon before the last slash is a port.
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  const tag = colon === -1 ? undefined : named.slice(colon + 1);
  if (tag !== undefined && !TAG.test(tag)) throw bad(text, 'has no valid tag after the :');
  const name = colon === -1 ? named : named.slice(0, colon);
  if (name.length > MAX_NAME_LENGTH) throw bad(text, `has a name of more than ${MAX_NAME_LENGTH} characters`);
  const { host, rest } = splitHost(name);
  if (readAuthority(host) === undefined) throw bad(text, 'names no plain host as its registry');
  if (!REPOSITORY.test(rest)) throw bad(text, 'has no valid repository name');
  const registry = DOCKER_HUB_NAMES.has(host.toLowerCase()) ? DOCKER_HUB : host.toLowerCase();
  const repository = registry === DOCKER_HUB && !rest.includes('/') ? `library/${rest}` : rest;
  return { registry, repository, tag, digest };
};

/** The reference as text, Docker Hub's written out. */
export const showReference = ({ registry, repository, tag, digest }: Reference): string =>
  `${registry}/${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;

/** Host and port that serve the API of a registry. */
export const apiHostOf = (registry: string): string => (registry === DOCKER_HUB ? DOCKER_HUB_API : registry);

/** Whether a registry is on this machine by its name alone. */
export const isLoopbackRegistry = (registry: string): boolean => {
  const authority = readAuthority(registry);
  return authority !== undefined && isLoopback(authority.host);
};
