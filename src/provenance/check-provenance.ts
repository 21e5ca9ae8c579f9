import { type BundleContext, checkBundle } from './check-bundle.ts';
import { ProvenanceError } from './errors.ts';
import { type ProvenanceExpectations, rulesOf } from './expectations.ts';
import { MAX_BUNDLES } from './limits.ts';
import { notChecked, onlyBundle } from './outcome.ts';
import type { BundleSource } from './read-bundles.ts';
import { type BundleReport, PROVENANCE_CHECK_IDS, type ProvenanceResult } from './result.ts';
import { type SubjectDigests, subjectsOf } from './subject-digests.ts';
import type { TrustedRoot } from './trusted-root.ts';

export interface ProvenanceInput {
  /** From files, a registry or GitHub's API: all alike, since a bundle proves itself. */
  readonly bundles: readonly BundleSource[];
  readonly subjectDigests: SubjectDigests;
  readonly expectations: ProvenanceExpectations;
  readonly roots: readonly TrustedRoot[];
  /** Seconds since 1970 that is judged for. */
  readonly now: number;
}

const passes = ({ checks }: BundleReport): number =>
  PROVENANCE_CHECK_IDS.filter((id) => checks[id].state === 'passed').length;

/** The first that was accepted; else the first of those that came nearest. */
const choose = (bundles: readonly BundleReport[]): BundleReport | undefined => {
  const accepted = bundles.find(({ status }) => status === 'accepted');
  if (accepted !== undefined) return accepted;
  const rejected = bundles.filter(({ status }) => status === 'rejected');
  const most = Math.max(...rejected.map(passes));
  return rejected.find((one) => passes(one) === most);
};

const nothing = (bundles: readonly BundleReport[]): ProvenanceResult => {
  const summary =
    bundles.length === 0
      ? 'no bundle was given or found'
      : `none of the bundles (${bundles.length}) is provenance of a kind that was asked for`;
  const hint = 'give the file that `gh attestation download` wrote';
  return { checks: onlyBundle(notChecked(summary, { hint }), summary), chosen: undefined, bundles };
};

const noRoots = (): ProvenanceResult => {
  const summary = 'no trusted root was given';
  return { checks: onlyBundle(notChecked(summary), summary), chosen: undefined, bundles: [] };
};

/**
 * Who built the image, from which commit, on what: the checks of `PROVENANCE_CHECK_IDS`. At least one bundle has to pass them
 * all; the others are listed with what speaks against them. Attestations of other kinds are ignored. What was not expected is not
 * checked, and says so.
 *
 * Throws {@link ProvenanceError} `bad-expectation` for expectations, digests or a time that cannot be meant, and `too-many` beyond
 * {@link MAX_BUNDLES}; never for what a bundle holds.
 */
export const checkProvenance = (input: ProvenanceInput): ProvenanceResult => {
  const { bundles, roots, now } = input;
  // Every comparison with NaN is false, so it would pass.
  if (!Number.isFinite(now)) {
    throw new ProvenanceError('bad-expectation', 'the time to judge for is not a finite number of seconds');
  }
  const rules = rulesOf(input.expectations);
  const subjects = subjectsOf(input.subjectDigests);
  if (bundles.length > MAX_BUNDLES) {
    throw new ProvenanceError('too-many', `${bundles.length} bundles are more than ${MAX_BUNDLES}`);
  }
  if (roots.length === 0) return noRoots();
  const context: BundleContext = { subjects, rules, roots, now };
  const reports = bundles.map((bundle) => checkBundle(bundle, context));
  const chosen = choose(reports);
  return chosen === undefined ? nothing(reports) : { checks: chosen.checks, chosen, bundles: reports };
};
