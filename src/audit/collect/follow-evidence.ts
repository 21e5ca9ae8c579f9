import { BaseError } from '../../base/error.ts';
import type { Part } from '../../evidence/evidence.ts';
import { Context } from '../context.ts';
import type { AuditEvidence } from '../evidence.ts';
import type { Expectations } from '../expectations.ts';
import { auditLimits } from '../source/audit-limits.ts';
import { collectSource } from '../source/collect-source.ts';
import type { SourceFacts } from '../source/facts.ts';
import type { Step } from '../steps.ts';
import { expectedRef } from './expected-ref.ts';
import { followProvenance } from './follow-provenance.ts';

export interface FollowOptions {
  /** Files with Sigstore bundles. */
  readonly bundles: readonly string[];
  /** A registry that may be private, since the auditor named it. */
  readonly registry: string | undefined;
  /** Where the source is to be had from in place of the pin's REPO_URL: named by the auditor. A URL or an absolute folder. */
  readonly source: string | undefined;
  /** The commit that was audited last. */
  readonly since: string | undefined;
  /** Nothing is fetched but what the auditor named and lies on this machine. */
  readonly offline: boolean;
  readonly note: (line: string) => void;
}

/** With the compose as it was attested; undefined where that cannot be read, which its own checks say. */
const contextOf = (evidence: AuditEvidence, expectations: Expectations): Context | undefined => {
  if (evidence.appCompose === undefined) return undefined;
  const context = new Context(evidence, expectations);
  try {
    context.compose();
    return context;
  } catch (error) {
    if (error instanceof BaseError) return undefined;
    throw error;
  }
};

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
  { source, since, offline, note }: FollowOptions,
): Promise<Part<SourceFacts> | undefined> => {
  const { pin } = context.compose().review;
  if (pin === undefined || (offline && (source === undefined || !isLocal(source)))) return undefined;
  const address = { url: source ?? pin.repoUrl.text, named: source !== undefined };
  note(`fetching the source from ${address.url}`);
  const limits = auditLimits(process.env);
  const named = expectedRef(composeText(context));
  return {
    origin: address.url,
    value: await collectSource({ pin, address, limits, offline, since, expectedRef: named }),
  };
};

/**
 * Fetches what the attested compose leads to: provenance of the launcher's image, and the source at the pin. What the evidence names is
 * hostile and only fetched from public https; what the auditor named, from where he said. What cannot be had is no error here: the checks say
 * so. Throws CollectError for files that the auditor named.
 */
export const followEvidence = async (
  evidence: AuditEvidence,
  expectations: Expectations,
  options: FollowOptions,
): Promise<AuditEvidence> => {
  const context = contextOf(evidence, expectations);
  const image = context?.compose().review.launcher?.image;
  const provenance =
    image?.digest === undefined || !wants(expectations, 'provenance')
      ? undefined
      : await followProvenance({
          ...options,
          image: { text: `${image.name}@${image.digest}`, digest: image.digest },
          policy: expectations.policy.provenance,
        });
  const source =
    context === undefined || !wants(expectations, 'source') ? undefined : await followSource(context, options);
  return {
    ...evidence,
    ...(provenance === undefined ? {} : { provenance }),
    ...(source === undefined ? {} : { source }),
  };
};
