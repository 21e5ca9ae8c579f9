import { escapeText } from '../../base/escape.ts';
import * as z from 'zod/mini';
import { findForbidden } from '../../pin/characters.ts';
import { policySchema } from './schema.ts';

const WARNING = [
  'Every value below was found in the evidence itself. A value that is compared with where it came from proves nothing:',
  'compare each with another source (the repository, its release notes, the owner, the maker of the OS image) before you',
  'remove the # in front of it. What stays commented out is not expected, and what is not expected is never VERIFIED.',
];

interface Entry {
  /** The key in the file, and in the facts. */
  readonly key: string;
  readonly fact: string;
  readonly advice: string;
}

const TOP: readonly Entry[] = [
  { key: 'repository', fact: 'repository', advice: 'Where the source is. Ask the owner, not the deployment.' },
  { key: 'commit', fact: 'commit', advice: 'The commit that you read.' },
  {
    key: 'tree_sha256',
    fact: 'tree_sha256',
    advice: 'The tree of that commit, as --dry-run of the launcher prints it.',
  },
  { key: 'app_id', fact: 'app_id', advice: 'The app id that the owner published.' },
  {
    key: 'key_provider_id',
    fact: 'key_provider_id',
    advice: 'Who gave the keys: the root key that the operator of the KMS published.',
  },
];

const IMAGE: readonly Entry[] = [
  { key: 'name', fact: 'os_image_name', advice: '' },
  { key: 'hash', fact: 'os_image_hash', advice: '' },
  { key: 'mrtd', fact: 'mrtd', advice: '' },
  { key: 'rtmr0', fact: 'rtmr0', advice: '' },
  { key: 'rtmr1', fact: 'rtmr1', advice: '' },
  { key: 'rtmr2', fact: 'rtmr2', advice: '' },
];

/** What the evidence shows, by name; a name that is not here had nothing to show. */
export type TemplateFacts = Readonly<Record<string, string>>;

const setting = (key: string, value: string): string => `# ${key} = ${JSON.stringify(value)}`;

/** Free text that a policy can hold. JSON's escapes are TOML's too, but for those of lone surrogates, which are none. */
const isName = (value: string | undefined): boolean =>
  value !== undefined && value.trim() !== '' && findForbidden(value) === undefined;

const accepted = (document: unknown): boolean => z.safeParse(policySchema, document).success;

const prose = (line: string): string => `## ${line}`;

const entry = ({ key, fact, advice }: Entry, facts: TemplateFacts): string[] => {
  const value = facts[fact];
  if (value === undefined) return ['', prose(advice), prose(`The evidence names no ${key}.`)];
  // It is the evidence that says this: what could not stand in a policy is not written where it would be uncommented.
  if (!accepted({ [key]: value }))
    return ['', prose(advice), prose(`The evidence names a ${key} that no policy can hold.`)];
  return ['', prose(advice), setting(key, value)];
};

const image = (facts: TemplateFacts): string[] => {
  const head = ['', prose('The OS image: compare with a build of its source or with what its maker publishes.')];
  const given = Object.fromEntries(
    IMAGE.flatMap(({ key, fact }) => {
      const found = facts[fact];
      const value = fact === 'os_image_name' && !isName(found) ? 'the image of this deployment' : found;
      return value === undefined ? [] : [[key, value]];
    }),
  );
  if (!accepted({ os_image: [given] }))
    return [...head, prose('The evidence names neither the hash nor all registers of an image.')];
  return [...head, '# [[os_image]]', ...Object.entries(given).map(([key, value]) => setting(key, value))];
};

const launcher = ({ launcher_digest: digest, launcher_image: name }: TemplateFacts): string[] => {
  const head = ['', prose('The image that holds the launcher: compare with the digest that its maker publishes.')];
  const named = name === undefined ? [] : [prose(`The compose file names it ${escapeText(name)}`)];
  if (digest === undefined) return [...head, ...named, prose('The evidence names no digest of it.')];
  if (!accepted({ launcher: [{ digest }] }))
    return [...head, ...named, prose('The evidence names a digest of it that no policy can hold.')];
  return [...head, ...named, '# [[launcher]]', setting('digest', digest)];
};

/** No evidence says who built an image, so there is nothing to uncomment. */
const PROVENANCE = [
  '',
  prose("Who built the launcher's image. The evidence does not say it; take it from its maker, and write it as here:"),
  prose('[provenance]'),
  prose('repository = "https://github.com/owner/name"'),
  prose('workflow = ".github/workflows/release.yml"'),
];

const UNREAD = 'found in this deployment; nobody has read it';

const neighbour = (digest: string): string[] =>
  accepted({ service: [{ digest, reason: UNREAD }] })
    ? ['# [[service]]', setting('digest', digest), setting('reason', UNREAD)]
    : [prose('The evidence names one by a digest that no policy can hold.')];

const neighbours = ({ neighbour_digests: digests }: TemplateFacts): string[] => {
  const unique = [...new Set(digests?.split(' ').filter((digest) => digest !== ''))];
  if (unique.length === 0) return [];
  const advice = 'The services that run beside the launcher: read each of them, and say why it may run.';
  return ['', prose(advice), ...unique.flatMap(neighbour)];
};

/**
 * The text of a first policy for a target: everything commented out. Lines that start with `## ` are prose; without the `# ` of
 * the others it is a policy that holds what was found. `facts`: repository, commit, tree_sha256, app_id,
 * key_provider_id, os_image_name, os_image_hash, mrtd, rtmr0, rtmr1, rtmr2, launcher_digest, launcher_image and
 * neighbour_digests, which are several with spaces between, each as the evidence shows it.
 */
export const policyTemplate = (target: string, facts: TemplateFacts): string =>
  [
    prose(`A policy for ${escapeText(target)}`),
    '##',
    ...WARNING.map(prose),
    ...TOP.flatMap((one) => entry(one, facts)),
    ...image(facts),
    ...launcher(facts),
    ...PROVENANCE,
    ...neighbours(facts),
    '',
  ].join('\n');
