import { canonicalJson, type PlainJson } from '../../evidence/receipt/canonical-json.ts';
import { withoutSecrets } from '../bundle/clean.ts';
import { sha256Hex } from '../bundle/sha256.ts';
import type { Expectations, Expected } from '../expectations.ts';
import type { CheckResult, Verdict } from '../result.ts';
import { utc } from '../wording.ts';
import { resultOf } from './levels.ts';
import { type Resource, resourceUri, subjectsOf } from './subjects.ts';

const STATEMENT = 'https://in-toto.io/Statement/v1';
export const SUMMARY = 'https://slsa.dev/verification_summary/v1';
/** The edition of SLSA whose form of a summary this is. */
const SLSA_VERSION = '1.1';
const VERIFIER = 'urn:trusted-workload-launcher:twl';
/** What was expected, as a policy: its hash is over the extension's `expected`, as RFC 8785 writes that. */
const POLICY = 'urn:trusted-workload-launcher:expectations:v1';
/** All of the result, which no field of the summary has. A name that is a URI is no field of a later edition (in-toto, "Parsing rules"). */
export const EXTENSION = 'urn:trusted-workload-launcher:verification:v1';

/** What a run had and came to. */
export interface Summarized {
  readonly verdict: Verdict;
  readonly expectations: Expectations;
  /** Files of policies, as they were named, in their order. */
  readonly policies: readonly Resource[];
  /** A policy that comes with the program, by its name. */
  readonly profile: string | undefined;
  /** What was looked at: at least the answer of the target, or the bundle. */
  readonly inputs: readonly [Resource, ...Resource[]];
  /** Seconds since 1970. */
  readonly now: number;
  readonly version: string;
}

const stated = (one: Expected<string> | undefined): PlainJson =>
  one === undefined ? null : { value: one.value, source: one.source };

const expectedOf = ({ expectations, policies, profile }: Summarized): PlainJson => {
  const { repository, commit, treeSha256, appId, compose, nonce, only, root, sigstoreRoots = [] } = expectations;
  return {
    repository: stated(repository),
    commit: stated(commit),
    tree_sha256: stated(treeSha256),
    app_id: stated(appId),
    compose_sha256: compose === undefined ? null : sha256Hex(compose.value),
    nonce: nonce === undefined ? null : Buffer.from(nonce.value).toString('hex'),
    only: only ?? null,
    policies: policies.map(({ name, digest }) => ({ name, sha256: digest.sha256 ?? '' })),
    profile: profile ?? null,
    tdx_root_sha256: sha256Hex(root.der),
    sigstore_root_sha256: sigstoreRoots.map(({ sha256 }) => sha256),
  };
};

const check = ({ id, step, required, state, exit, summary, expected, found, source }: CheckResult): object => ({
  id,
  step,
  required,
  state,
  exit,
  summary,
  expected: expected ?? null,
  found: found ?? null,
  source: source ?? null,
});

/** The verdict's time is a text; what cannot be read as one is none before now. */
const judgedFor = ({ at }: Verdict, now: number): number => {
  const seconds = Date.parse(at) / 1000;
  return Number.isFinite(seconds) ? Math.min(seconds, now) : now;
};

/**
 * The result of a run as an in-toto Statement v1 with a verification summary (slsa.dev/spec, "Verification Summary Attestation"). It is not signed:
 * whoever wants to hand it on signs it. `timeVerified` is the time that was judged for where that is past: whoever asks how old a summary is
 * must not take a judgement as of last year for one of today.
 */
export const summaryStatement = (run: Summarized): object => {
  const { verdict, expectations, inputs, now, version } = run;
  const { repository, commit } = expectations;
  const expected = expectedOf(run);
  const named = { repository: repository?.value, commit: commit?.value };
  const subject = subjectsOf(verdict, named, inputs[0]);
  const [url, id] = [verdict.facts.repository ?? named.repository, verdict.facts.commit ?? named.commit];
  return {
    _type: STATEMENT,
    subject,
    predicateType: SUMMARY,
    predicate: {
      verifier: { id: VERIFIER, version: { twl: version } },
      timeVerified: utc(judgedFor(verdict, now)),
      resourceUri:
        url === undefined || id === undefined
          ? `${verdict.simulated ? 'simulated+' : ''}urn:sha256:${inputs[0].digest.sha256}`
          : resourceUri(url, id, verdict.simulated),
      policy: { uri: POLICY, digest: { sha256: sha256Hex(new TextEncoder().encode(canonicalJson(expected))) } },
      inputAttestations: inputs,
      ...resultOf(verdict),
      slsaVersion: SLSA_VERSION,
      [EXTENSION]: {
        verdict: verdict.word,
        exit: verdict.exit,
        simulated: verdict.simulated,
        target: withoutSecrets(verdict.target),
        judged_for: verdict.at,
        judged_for_source: verdict.atSource,
        made_at: utc(now),
        expected,
        checks: verdict.checks.map(check),
        findings: verdict.findings.map(({ id: finding, text, accepted }) => ({
          id: finding,
          text,
          accepted: accepted !== undefined,
        })),
        missing: verdict.missing,
      },
    },
  };
};
