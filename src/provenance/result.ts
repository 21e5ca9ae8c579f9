import type { ExitCode } from '../base/exit-codes.ts';
import type { Instance } from './instance.ts';

/** The closed list of checks on build provenance, in the order of the report. */
export const PROVENANCE_CHECK_IDS = [
  'provenance.bundle',
  'provenance.subject',
  'provenance.issuer',
  'provenance.repository',
  'provenance.commit',
  'provenance.workflow',
  'provenance.ref',
  'provenance.runner',
  'provenance.trigger',
  'provenance.predicate',
  'provenance.agreement',
] as const;

export type ProvenanceCheckId = (typeof PROVENANCE_CHECK_IDS)[number];

/** What one check came to. Strings may hold text of the evidence, unescaped: whoever prints escapes. */
export interface ProvenanceCheck {
  readonly state: 'passed' | 'failed' | 'not-checked';
  /** The exit code that it calls for; 0 where it passed. */
  readonly exit: ExitCode;
  /** One sentence without a final stop. */
  readonly summary: string;
  readonly expected?: string;
  readonly found?: string;
  readonly hint?: string;
  /** It failed for want of a root that vouches for the signature, and for nothing that was signed. */
  readonly lacksRoot?: true;
}

export type ProvenanceChecks = Readonly<Record<ProvenanceCheckId, ProvenanceCheck>>;

/** What became of one bundle. */
export interface BundleReport {
  readonly origin: string;
  /** `accepted`: no check failed. `ignored`: it is no provenance of a kind that was asked for, and says nothing either way. */
  readonly status: 'accepted' | 'rejected' | 'ignored';
  /** Why it was not accepted, one sentence each. */
  readonly reasons: readonly string[];
  /** Whose root it verifies under; undefined where under none. */
  readonly instance: Instance | undefined;
  /** Somebody pretended to be Sigstore. */
  readonly simulated: boolean;
  /** What a verified certificate says of the build, for the reader: run, visibility, environment and the like. */
  readonly facts: Readonly<Record<string, string>>;
  readonly checks: ProvenanceChecks;
}

/** What all bundles of an image come to. */
export interface ProvenanceResult {
  /** Of the bundle that was accepted; where none was, of the one that came nearest. */
  readonly checks: ProvenanceChecks;
  /** The bundle that `checks` is about. */
  readonly chosen: BundleReport | undefined;
  /** All of them, in the order given. */
  readonly bundles: readonly BundleReport[];
}
