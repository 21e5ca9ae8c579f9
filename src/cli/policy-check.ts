import type {
  Admission,
  Exception,
  LauncherImage,
  Neighbour,
  Policy,
  ProvenancePolicy,
  Stated,
} from '../audit/policy/policy.ts';
import { shown } from '../audit/report/shown.ts';
import { DEFAULT_WIDTH, wrap } from '../audit/report/wrap.ts';
import { readPolicies } from './policies.ts';

const line = (label: string, text: string): string[] => wrap(`  ${label.padEnd(10)}`, text, DEFAULT_WIDTH);

const expectations = <T>(
  title: string,
  stated: readonly Stated<T>[] | undefined,
  show: (value: T) => string,
): string[] =>
  stated === undefined || stated.length === 0
    ? []
    : [
        title,
        ...stated.flatMap(({ value, source }) => [
          ...wrap('  ', shown(show(value)), DEFAULT_WIDTH),
          ...line('  from', shown(source)),
        ]),
      ];

const exceptions = (title: string, accepted: readonly Exception<string>[]): string[] =>
  accepted.length === 0
    ? []
    : [
        title,
        ...accepted.flatMap(({ value, reason, until, source }) => [
          ...wrap('  ', shown(value), DEFAULT_WIDTH),
          ...line('  because', shown(reason)),
          ...line('  until', new Date(until * 1000).toISOString()),
          ...line('  from', shown(source)),
        ]),
      ];

const admissions = <T>(title: string, admitted: readonly Admission<T>[], show: (value: T) => string): string[] =>
  admitted.length === 0
    ? []
    : [
        title,
        ...admitted.flatMap(({ value, reason, source }) => [
          ...wrap('  ', shown(show(value)), DEFAULT_WIDTH),
          ...line('  because', shown(reason)),
          ...line('  from', shown(source)),
        ]),
      ];

const text = (value: string): string => value;

const launcherText = ({ digest, program }: LauncherImage): string => `${digest} as ${program}`;

const neighbourText = ({ digest, definition }: Neighbour): string =>
  `${digest} ${definition === undefined ? 'whatever the file makes it do' : `defined as ${definition}`}`;

/** The keys of `[provenance]` as they are in words, in the order of the table. */
const BUILD: Readonly<Record<keyof ProvenancePolicy, string>> = {
  repository: 'built from the repository',
  repositoryId: 'built from the repository of the number',
  ownerId: 'built from a repository of the owner of the number',
  commit: 'built from the commit',
  workflow: 'built by the workflow',
  workflowRepository: 'built by a workflow in the repository',
  workflowRefs: 'built by a workflow of the ref, one of',
  workflowCommit: 'built by a workflow of the commit',
  refs: 'built from the ref, one of',
  runners: 'built on a machine of the kind, one of',
  triggers: 'built because of the event, one of',
  predicateTypes: 'provenance of the kind, one of',
  instances: 'vouched for by the Sigstore, one of',
};

const build = (policy: ProvenancePolicy): string[] =>
  (Object.keys(BUILD) as (keyof ProvenancePolicy)[]).flatMap((key) => {
    const stated = policy[key];
    if (stated === undefined) return [];
    return expectations<string>(`launcher ${BUILD[key]}`, 'source' in stated ? [stated] : stated, text);
  });

const describe = (policy: Policy): string[] => [
  ...expectations('repository, one of', policy.repositories, text),
  ...expectations('commit, one of', policy.commits, text),
  ...expectations('tree in the SHA-256 format, one of', policy.treeSha256s, text),
  ...expectations('app id, one of', policy.appIds, text),
  ...expectations('key provider, one of', policy.keyProviderIds, text),
  ...expectations('OS image, one of', policy.osImages, ({ name }) => name),
  ...expectations('launcher image, one of', policy.launchers, launcherText),
  ...(policy.provenance === undefined ? [] : build(policy.provenance)),
  ...expectations('required beside what always is', policy.required, text),
  ...admissions('service admitted beside the launcher', policy.services, neighbourText),
  ...admissions('script admitted', policy.scripts, ({ name, sha256 }) => `${name}, SHA-256 ${sha256}`),
  ...exceptions('TCB status accepted beside UpToDate', policy.tcbStatuses),
  ...exceptions('advisory accepted', policy.advisories),
  ...exceptions('development image accepted', policy.developmentImages),
  ...exceptions('finding accepted', policy.findings),
];

/**
 * What the policies in these files come to together, each further one tightening those before, as text for a reader.
 * Throws PolicyError.
 */
export const checkPolicies = (files: readonly string[]): string => {
  const described = describe(readPolicies(files));
  const count = files.length === 1 ? 'the policy is' : `the ${files.length} policies are`;
  return [`${count} well formed`, ...described, ''].join('\n');
};
