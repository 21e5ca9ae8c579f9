import { BaseError } from '../../base/error.ts';
import type { Part } from '../../evidence/evidence.ts';
import type { Context } from '../context.ts';
import type { AttestedCompose } from '../attested-compose.ts';
import type { AuditEvidence } from '../evidence.ts';
import type { Expectations } from '../expectations.ts';
import { auditLimits } from '../source/audit-limits.ts';
import type { RestoredSource } from '../bundle/restore.ts';
import { collectSource, type SourceRecorder } from '../source/collect-source.ts';
import type { SourceFacts } from '../source/facts.ts';
import type { Rebuilt, RebuildStage } from '../rebuilt.ts';
import type { Step } from '../steps.ts';
import { contextOf } from './derived/context-of.ts';
import { type LookOptions, withImages } from './derived/with-images.ts';
import { expectedRef } from './expected-ref.ts';
import { followProvenance, type ProvenanceRecorder, type SavedProvenance } from './follow-provenance.ts';

export interface FollowOptions extends Pick<LookOptions, 'recordImages' | 'savedImages'> {
  /** Files with Sigstore bundles. */
  readonly bundles: readonly string[];
  /** A registry that may be private, since the auditor named it. */
  readonly registry: string | undefined;
  /** The launcher image that a derived one is made from, `NAME@sha256:…`. */
  readonly base?: string | undefined;
  /** Where the source is to be had from in place of the pin's REPO_URL: named by the auditor. A URL or an absolute folder. */
  readonly source: string | undefined;
  /** A clone of the launcher's repository, absolute, in which the image is built again; and which image of it, where the image does not say. */
  readonly rebuild?: string | undefined;
  readonly rebuildStage?: RebuildStage | undefined;
  /** The commit that was audited last. */
  readonly since: string | undefined;
  /** Nothing is fetched but what the auditor named and lies on this machine. */
  readonly offline: boolean;
  readonly note: (line: string) => void;
  /** Is told what comes, for whoever keeps it. */
  readonly record?: { readonly provenance: ProvenanceRecorder; readonly source: SourceRecorder } | undefined;
  /** What an earlier run was given, in place of all that the evidence names. */
  readonly saved?:
    | {
        readonly provenance: SavedProvenance;
        readonly source: (commit: string) => RestoredSource | undefined;
      }
    | undefined;
}

const wants = ({ only }: Expectations, step: Step): boolean => only === undefined || only === step;

const isLocal = (source: string): boolean => source.startsWith('/') || source.startsWith('file:');

/** The text of the compose file, where app-compose can be read as dstack reads it. */
const composeText = ({ appCompose }: Context): string | undefined => {
  try {
    return appCompose().dockerComposeFile;
  } catch (error) {
    if (error instanceof BaseError) return undefined;
    throw error;
  }
};

const followSource = async (
  context: Context,
  { source, since, offline, note, record, saved }: FollowOptions,
): Promise<Part<SourceFacts> | undefined> => {
  const { pin } = context.compose().review;
  const limits = auditLimits(process.env);
  const named = expectedRef(composeText(context));
  if (pin !== undefined && saved !== undefined && source === undefined) {
    const kept = saved.source(pin.commitSha);
    if (kept === undefined) return undefined;
    const address = { url: kept.url, named: false, saved: kept.words };
    const value = await collectSource({ pin, address, limits, since, expectedRef: named, saved: kept });
    return { origin: `${kept.url}, ${kept.words}`, value };
  }
  if (pin === undefined || (offline && (source === undefined || !isLocal(source)))) return undefined;
  const address = { url: source ?? pin.repoUrl.text, named: source !== undefined };
  note(`fetching the source from ${address.url}`);
  return {
    origin: address.url,
    value: await collectSource({ pin, address, limits, offline, since, expectedRef: named, record: record?.source }),
  };
};

/** The build of the auditor's own. What does it is loaded where it is asked for: it judges the rest before. */
const followRebuild = async (
  evidence: AuditEvidence,
  expectations: Expectations,
  folder: string,
  { rebuildStage: stage, note }: FollowOptions,
): Promise<Part<Rebuilt>> => {
  const { collectRebuild } = await import('./rebuild/collect-rebuild.ts');
  return await collectRebuild(evidence, expectations, { folder, stage, environment: process.env, note });
};

/** The image that has to have provenance: the launcher's own, or the lower one that was looked into. */
const subjectOf = ({
  review: { launcher },
  derived,
}: AttestedCompose): { text: string; digest: string } | undefined => {
  const image = launcher?.image;
  if (image?.digest === undefined) return undefined;
  const [name, digest] =
    derived === undefined ? [image.name, image.digest] : [derived.from.baseName, derived.from.base];
  return { text: `${name}@${digest}`, digest };
};

/**
 * Fetches what the attested compose leads to: what lies in its images, provenance of the launcher's image, and the source at the pin. What the evidence names is
 * hostile and only fetched from public https; what the auditor named, from where he said. What cannot be had is no error here: the checks say
 * so. Throws CollectError for files that the auditor named.
 */
export const followEvidence = async (
  given: AuditEvidence,
  expectations: Expectations,
  options: FollowOptions,
): Promise<AuditEvidence> => {
  const { record, saved } = options;
  // Evidence that was saved leads to nobody's server.
  const offline = options.offline || saved !== undefined;
  const evidence = await withImages(given, expectations, { ...options, offline });
  const context = contextOf(evidence, expectations);
  const image = context && subjectOf(context.compose());
  const provenance =
    image === undefined || !wants(expectations, 'provenance')
      ? undefined
      : await followProvenance({
          ...options,
          image,
          policy: expectations.policy.provenance,
          record: record?.provenance,
          saved: saved?.provenance,
        });
  const source =
    context === undefined || !wants(expectations, 'source') ? undefined : await followSource(context, options);
  const followed = {
    ...evidence,
    ...(provenance === undefined ? {} : { provenance }),
    ...(source === undefined ? {} : { source }),
  };
  return options.rebuild === undefined || !wants(expectations, 'provenance')
    ? followed
    : { ...followed, rebuild: await followRebuild(followed, expectations, options.rebuild, options) };
};
