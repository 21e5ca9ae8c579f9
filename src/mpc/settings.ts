import { MpcError } from './errors.ts';
import { type DigestKind, digestProblem, type ImageDigest, readDigest } from './digest.ts';
import { DOCKER_TIMEOUT_SECS, MAX_DOCKER_TIMEOUT_SECS } from './limits.ts';
import { type NodeOptions, readNodeOptions } from './node-options.ts';
import { show } from './show.ts';

export type Platform = 'TEE' | 'NONTEE';

/** What the launcher's own compose file says, which is measured. */
export interface Settings {
  readonly platform: Platform;
  /** What runs where the node has not left a list yet. */
  readonly defaultDigest: ImageDigest;
  readonly digestKind: DigestKind;
  /** Whether a TEE launch without an event in RTMR3 is refused. */
  readonly requireRtmr3: boolean;
  /** One `docker pull` or `docker compose up`. */
  readonly dockerTimeoutMs: number;
  readonly node: NodeOptions;
}

export type Variables = Readonly<Record<string, string | undefined>>;

const MEASURED = 'set it in the compose file of the launcher, which is measured';

const invalid = (name: string, value: string, wanted: string): MpcError =>
  new MpcError('setting-invalid', `${name} is '${show(value)}', not ${wanted}`, { hint: MEASURED });

const required = (variables: Variables, name: string, wanted: string): string => {
  const value = variables[name];
  if (value !== undefined) return value;
  throw new MpcError('setting-missing', `${name} is not set`, { hint: `${MEASURED}: ${wanted}` });
};

const oneOf = <T extends string>(name: string, value: string, values: readonly T[]): T => {
  const found = values.find((one) => one === value);
  if (found === undefined) throw invalid(name, value, values.join(' or '));
  return found;
};

const readSeconds = (name: string, value: string | undefined): number => {
  if (value === undefined) return DOCKER_TIMEOUT_SECS;
  const seconds = /^[1-9][0-9]{0,5}$/.test(value) ? Number(value) : 0;
  if (seconds < 1 || seconds > MAX_DOCKER_TIMEOUT_SECS) {
    throw invalid(name, value, `a whole number from 1 to ${MAX_DOCKER_TIMEOUT_SECS}`);
  }
  return seconds;
};

/**
 * Reads the variables, a flag's value having taken the place of its variable's. Case counts and nothing is trimmed: PLATFORM decides
 * whether there is an event at all. Throws MpcError `setting-missing`, `setting-invalid`.
 */
export const readSettings = (variables: Variables): Settings => {
  const platform = oneOf('PLATFORM', required(variables, 'PLATFORM', 'TEE or NONTEE'), ['TEE', 'NONTEE']);
  // Pulls are by digest, which content trust has no say in; it is asked for because the measured template has it.
  oneOf('DOCKER_CONTENT_TRUST', required(variables, 'DOCKER_CONTENT_TRUST', '1'), ['1']);
  const text = required(variables, 'DEFAULT_IMAGE_DIGEST', 'sha256: and 64 hex digits');
  const defaultDigest = readDigest(text);
  if (defaultDigest === undefined) {
    throw invalid('DEFAULT_IMAGE_DIGEST', text, `a digest: it ${digestProblem(text) ?? ''}`);
  }
  const { IMAGE_DIGEST_KIND = 'manifest', REQUIRE_RTMR3 = '1' } = variables;
  return {
    platform,
    defaultDigest,
    digestKind: oneOf('IMAGE_DIGEST_KIND', IMAGE_DIGEST_KIND, ['manifest', 'config']),
    requireRtmr3: oneOf('REQUIRE_RTMR3', REQUIRE_RTMR3, ['1', '0']) === '1',
    dockerTimeoutMs: readSeconds('DOCKER_TIMEOUT_SECS', variables.DOCKER_TIMEOUT_SECS) * 1000,
    node: readNodeOptions(variables),
  };
};
