import { fewer, fewerExceptions, overlap, type Rule } from './layers.ts';
import { sameImages } from './merge-images.ts';
import { tightenProvenance } from './merge-provenance.ts';
import { EMPTY_POLICY, type LauncherImage, type Neighbour, type Policy, type ReadScript } from './policy.ts';

const same = (a: string, b: string): string | undefined => (a === b ? a : undefined);

const sameLauncher = (a: LauncherImage, b: LauncherImage): LauncherImage | undefined =>
  a.digest === b.digest && a.program === b.program ? a : undefined;

const SERVICE: Rule<Neighbour> = {
  what: 'service',
  show: ({ digest, definition }) => `${digest} as ${definition ?? 'whatever the file makes of it'}`,
  covers: (held, one) =>
    held.digest === one.digest && (held.definition === undefined || held.definition === one.definition),
};

const SCRIPT: Rule<ReadScript> = {
  what: 'script',
  show: ({ name, sha256 }) => `${name} (${sha256})`,
  covers: (held, one) => held.sha256 === one.sha256,
};

const tighten = (earlier: Policy, later: Policy): Policy => {
  const lists = {
    repositories: overlap('repository', earlier.repositories, later.repositories, same),
    commits: overlap('commit', earlier.commits, later.commits, same),
    treeSha256s: overlap('tree_sha256', earlier.treeSha256s, later.treeSha256s, same),
    appIds: overlap('app_id', earlier.appIds, later.appIds, same),
    osImages: sameImages(earlier.osImages, later.osImages),
    keyProviderIds: overlap('key_provider_id', earlier.keyProviderIds, later.keyProviderIds, same),
    launchers: overlap('launcher', earlier.launchers, later.launchers, sameLauncher),
    provenance: tightenProvenance(earlier.provenance, later.provenance),
  };
  const given = Object.fromEntries(Object.entries(lists).filter(([, list]) => list !== undefined));
  const isNew = ({ value }: Policy['required'][number]): boolean =>
    !earlier.required.some((one) => one.value === value);
  return {
    ...(given as { [Name in keyof typeof lists]?: NonNullable<(typeof lists)[Name]> }),
    services: fewer(SERVICE, earlier.services, later.services),
    scripts: fewer(SCRIPT, earlier.scripts, later.scripts),
    tcbStatuses: fewerExceptions('TCB status', earlier.tcbStatuses, later.tcbStatuses),
    advisories: fewerExceptions('advisory', earlier.advisories, later.advisories),
    developmentImages: fewerExceptions('development image', earlier.developmentImages, later.developmentImages),
    findings: fewerExceptions('finding', earlier.findings, later.findings),
    required: [...earlier.required, ...later.required.filter(isNew)],
  };
};

/**
 * One policy of several layers, the one that has the last word first (an organisation's, then a repository's own). Each later
 * layer may only tighten: expectations intersect, exceptions and admissions must be held by the earlier layers, required checks
 * unite. What a later layer leaves out it has no say on; and what the earlier ones leave open it must leave open too, since a value that it
 * alone states would make checks pass on its own word. No layer at all is {@link EMPTY_POLICY}. Throws PolicyError `no-overlap` or
 * `loosens`, naming both places.
 */
export const mergePolicies = (layers: readonly Policy[]): Policy => {
  const [first, ...rest] = layers;
  return rest.reduce(tighten, first ?? EMPTY_POLICY);
};
