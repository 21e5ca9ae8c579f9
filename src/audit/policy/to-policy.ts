import type { TomlDate } from 'smol-toml';
import type { TcbStatus } from '../../tdx/tcb-status.ts';
import { PolicyError } from './errors.ts';
import type { OsImageTable } from './os-image-schema.ts';
import type { Path, Places } from './places.ts';
import type { Exception, Neighbour, OsImage, Policy, ProvenancePolicy, Stated } from './policy.ts';
import type { ProvenanceTable } from './provenance-schema.ts';
import type { PolicyDocument } from './schema.ts';

/** A file that is being read: its name for messages and sources, and where things stand in it. */
export interface Reading {
  readonly name: string;
  readonly places: Places;
}

const sourceOf = (path: Path, { name, places }: Reading): string => `policy ${name}, line ${places.at(path).line}`;

const MS_PER_SECOND = 1000;

/**
 * The second from which on an exception no longer holds. The parser turns the 30th of February into the 2nd of March: what is
 * written must be what is read.
 */
const untilOf = (date: TomlDate, path: Path, { name, places }: Reading): number => {
  if (places.raw(path) === date.toISOString()) return date.getTime() / MS_PER_SECOND;
  const at = { name, place: places.at(path) };
  throw new PolicyError('bad-value', 'until must be a day of the calendar', {
    hint: 'look at the number of the day',
    at,
  });
};

/** An object's type without what is undefined in it, which is not the same as being left out. */
type Given<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

/** What is given of `all`. */
const given = <T extends object>(all: T): Given<T> =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Given<T>;

/** The schema has seen to it that all registers are there, or a hash and none. */
const imageOf = (table: OsImageTable): OsImage => given(table) as OsImage;

/** One value or a list of them, each with its place. */
const all = <T extends string>(values: T | readonly T[] | undefined, path: Path, reading: Reading) => {
  if (values === undefined) return undefined;
  if (typeof values === 'string') return [{ value: values, source: sourceOf(path, reading) }];
  return values.map((value, index): Stated<T> => ({ value, source: sourceOf([...path, index], reading) }));
};

const provenanceOf = (table: ProvenanceTable, reading: Reading): ProvenancePolicy => {
  const one = (key: keyof ProvenanceTable & string, value: string | undefined): Stated<string> | undefined =>
    value === undefined ? undefined : { value, source: sourceOf(['provenance', key], reading) };
  const some = <T extends string>(key: keyof ProvenanceTable & string, values: T | readonly T[] | undefined) =>
    all(values, ['provenance', key], reading);
  return given({
    repository: one('repository', table.repository),
    repositoryId: one('repository_id', table.repository_id),
    ownerId: one('owner_id', table.owner_id),
    commit: one('commit', table.commit),
    workflow: one('workflow', table.workflow),
    workflowRepository: one('workflow_repository', table.workflow_repository),
    workflowRefs: some('workflow_refs', table.workflow_refs),
    workflowCommit: one('workflow_commit', table.workflow_commit),
    refs: some('refs', table.refs),
    runners: some('runners', table.runners),
    triggers: some('triggers', table.triggers),
    predicateTypes: some('predicate_types', table.predicate_types),
    instances: some('instances', table.instances),
  });
};

/** The policy of a document that the schema has accepted. Throws {@link PolicyError} for a day that no calendar has. */
export const toPolicy = (document: PolicyDocument, reading: Reading): Policy => {
  const list = (key: keyof PolicyDocument & string, values: string | readonly string[] | undefined) =>
    all(values, [key], reading);
  const tables = <Table, T>(key: string, list: readonly Table[] | undefined, read: (table: Table) => T) =>
    list?.map((table, index): Stated<T> => ({ value: read(table), source: sourceOf([key, index], reading) }));
  const exceptions = <Key extends string, T extends string>(
    table: { accept: ({ reason: string; until: TomlDate } & Record<Key, string>)[] } | undefined,
    name: string,
    key: Key,
  ): Exception<T>[] =>
    (table?.accept ?? []).map((entry, index) => ({
      value: entry[key] as string as T,
      reason: entry.reason,
      until: untilOf(entry.until, [name, 'accept', index, 'until'], reading),
      source: sourceOf([name, 'accept', index], reading),
    }));
  return {
    ...given({
      repositories: list('repository', document.repository),
      commits: list('commit', document.commit),
      treeSha256s: list('tree_sha256', document.tree_sha256),
      appIds: list('app_id', document.app_id),
      keyProviderIds: list('key_provider_id', document.key_provider_id),
      osImages: tables('os_image', document.os_image, imageOf),
      launchers: tables('launcher', document.launcher, (table) => table),
      provenance: document.provenance === undefined ? undefined : provenanceOf(document.provenance, reading),
    }),
    services: (document.service ?? []).map(({ reason, ...neighbour }, index) => ({
      value: given(neighbour) as Neighbour,
      reason,
      source: sourceOf(['service', index], reading),
    })),
    scripts: (document.script ?? []).map(({ reason, ...script }, index) => ({
      value: script,
      reason,
      source: sourceOf(['script', index], reading),
    })),
    tcbStatuses: exceptions<'status', TcbStatus>(document.tcb, 'tcb', 'status'),
    advisories: exceptions(document.advisory, 'advisory', 'id'),
    developmentImages: exceptions(document.development_image, 'development_image', 'hash'),
    findings: exceptions(document.finding, 'finding', 'id'),
    required: (document.required_checks ?? []).map((id, index) => ({
      value: id,
      source: sourceOf(['required_checks', index], reading),
    })),
  };
};
