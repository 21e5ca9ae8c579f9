import { ProvenanceError } from './errors.ts';
import { shown } from './fields.ts';
import type { RootMember, RootMembers } from './root-shape.ts';

/** Who runs a Sigstore: the public one, GitHub's own for private repositories, or somebody else. */
export const INSTANCES = ['public-good', 'github', 'other'] as const;

export type Instance = (typeof INSTANCES)[number];

/** How many witnesses a bundle must have: entries of a transparency log, SCTs in the certificate, signed times. */
export interface Thresholds {
  readonly tlogThreshold: number;
  readonly ctlogThreshold: number;
  readonly timestampThreshold: number;
}

const LOGGED: Thresholds = { tlogThreshold: 1, ctlogThreshold: 1, timestampThreshold: 1 };
const STAMPED: Thresholds = { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 1 };

/**
 * Thresholds belong to the instance. With those of GitHub's, which has no logs, the public instance's root would vouch for a
 * signature that was never logged, so there is no way to choose them apart from the root.
 */
export const THRESHOLDS: Readonly<Record<Instance, Thresholds>> = {
  'public-good': LOGGED,
  github: STAMPED,
  other: LOGGED,
};

/**
 * For a key that somebody keeps, under whatever root: the signature was logged. A key ends at no time, so none has to be shown; and
 * no certificate was logged, where there is none.
 */
export const KEY_THRESHOLDS: Thresholds = { tlogThreshold: 1, ctlogThreshold: 0, timestampThreshold: 0 };

/** How the certificate authorities of the two known instances are called in their trusted roots. */
const PUBLIC_GOOD_URI = 'https://fulcio.sigstore.dev';
const GITHUB_URI = 'fulcio.githubapp.com';

const named = (uri: string): Instance => {
  if (uri === PUBLIC_GOOD_URI) return 'public-good';
  return uri === GITHUB_URI ? 'github' : 'other';
};

const require = (members: readonly RootMember[], what: string, kind: string): void => {
  if (members.length === 0) throw new ProvenanceError('bad-root', `${what} names no ${kind}`);
};

/** What a root is to vouch for: certificates, or only the log of what was signed with a key that somebody keeps. */
export type RootUse = 'certificates' | 'keys';

/** Whose root it is. Throws where a root has not what its instance, or its use, needs, or is of two instances. */
export const instanceOf = (members: RootMembers, use: RootUse, what: string): Instance => {
  if (use === 'keys') {
    require(members.logs, what, 'transparency log');
    return 'other';
  }
  require(members.authorities, what, 'certificate authority');
  const instances = [...new Set(members.authorities.map(({ uri }) => named(uri)))];
  const instance = instances[0]!;
  if (instances.length > 1) {
    throw new ProvenanceError('unknown-instance', `${what} mixes authorities of ${instances.join(' and ')}`, {
      hint: 'give each instance a root of its own',
    });
  }
  if (instance !== 'github') {
    require(members.logs, what, 'transparency log');
    require(members.certificateLogs, what, 'certificate transparency log');
    return instance;
  }
  require(members.timestampAuthorities, what, 'timestamp authority');
  const log = [...members.logs, ...members.certificateLogs][0];
  if (log === undefined) return instance;
  throw new ProvenanceError('unknown-instance', `${what} is GitHub's and yet names the log ${shown(log.uri)}`);
};
