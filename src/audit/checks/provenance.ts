import { rootAgeInDays } from '../../provenance/trusted-root.ts';
import { partValue } from '../../evidence/evidence.ts';
import type { ProvenanceCheckId } from '../../provenance/result.ts';
import type { Check } from '../check.ts';
import type { Context } from '../context.ts';
import type { Outcome } from '../outcome.ts';
import { failed, notChecked } from '../outcome.ts';
import type { ProvenancePolicy } from '../policy/policy.ts';
import type { DerivedLauncher } from '../derived-launchers.ts';
import { provenanceSource } from '../provenance-source.ts';
import { originsOf } from '../wording.ts';

type Told = Pick<Check, 'title' | 'proves' | 'from' | 'assumes' | 'citation'> & {
  readonly required?: Check['required'];
  /** The keys of the policy that say what is expected. */
  readonly stated: readonly (keyof ProvenancePolicy)[];
};

const CERTIFICATE = 'the extensions of the signing certificate';
const ISSUER = "GitHub's identity service tells Sigstore the truth about the run, and Sigstore's keys are sound.";
const FULCIO = 'Sigstore Fulcio, certificate extensions 1.3.6.1.4.1.57264.1';

const TOLD: Record<ProvenanceCheckId, Told> = {
  'provenance.bundle': {
    title: 'a signed statement about the build is there',
    proves:
      "A Sigstore bundle verifies under a trusted root: the certificate ends at its authority, the signature is the certificate's, and its log or time stamps say when, by as many as that instance must have.",
    from: 'the bundles, and the trusted root',
    assumes: "Sigstore's keys are sound, and the trusted root is the right one.",
    citation: 'Sigstore bundle format; Sigstore client specification',
    stated: ['instances'],
  },
  'provenance.subject': {
    title: 'it is about this image',
    proves:
      'The digest that the app-compose names is a subject of the statement by its hash, not by its name; of a derived image that holds the pin, the digest of the launcher image whose layers it starts with.',
    from: 'the statement that was signed',
    assumes:
      'The app-compose is the one that was measured (compose.hash), and a derived image adds its pin alone (compose.launcher).',
    citation: 'in-toto attestation framework, Statement v1',
    stated: [],
  },
  'provenance.issuer': {
    title: 'the identity was vouched for by the expected issuer',
    proves: "The builder's identity was vouched for by the expected issuer, compared exactly.",
    from: CERTIFICATE,
    assumes: ISSUER,
    citation: `${FULCIO}.8`,
    stated: [],
  },
  'provenance.repository': {
    title: 'it was built from the expected repository',
    proves: 'The source of the build was the expected repository.',
    from: CERTIFICATE,
    assumes: ISSUER,
    citation: `${FULCIO}.12 and .15`,
    stated: ['repository', 'repositoryId', 'ownerId'],
  },
  'provenance.commit': {
    title: 'it was built from the expected commit',
    proves: 'The source of the build was the expected commit of that repository.',
    from: CERTIFICATE,
    assumes: ISSUER,
    citation: `${FULCIO}.13`,
    required: 'when-expected',
    stated: ['commit'],
  },
  'provenance.workflow': {
    title: 'the expected workflow built it',
    proves: 'The workflow that signed is the expected one, at an expected ref or commit.',
    from: CERTIFICATE,
    assumes: ISSUER,
    citation: `${FULCIO}.9 and .10`,
    stated: ['workflow', 'workflowRepository', 'workflowRefs', 'workflowCommit'],
  },
  'provenance.ref': {
    title: 'it was built from a branch or tag that counts',
    proves:
      'The build was of an expected ref: a branch or a tag, and no pull request, unless the policy says otherwise.',
    from: CERTIFICATE,
    assumes: ISSUER,
    citation: `${FULCIO}.14`,
    stated: ['refs'],
  },
  'provenance.runner': {
    title: 'it was built on a machine that counts',
    proves:
      "The build ran on a machine of the expected kind: one of the host's own, not one that somebody brought along.",
    from: CERTIFICATE,
    assumes: ISSUER,
    citation: `${FULCIO}.11`,
    stated: ['runners'],
  },
  'provenance.trigger': {
    title: 'an event that counts started the build',
    proves: 'The build was started by an expected event; by default none that runs what a stranger proposes.',
    from: CERTIFICATE,
    assumes: ISSUER,
    citation: `${FULCIO}.20`,
    stated: ['triggers'],
  },
  'provenance.predicate': {
    title: 'the statement is build provenance',
    proves: 'The statement is of an expected kind and has the form of that kind.',
    from: 'the statement that was signed',
    assumes: 'Nothing: its content is what the workflow wrote, and decides nothing by itself.',
    citation: 'SLSA provenance v1',
    stated: ['predicateTypes'],
  },
  'provenance.agreement': {
    title: 'statement and certificate tell the same story',
    proves: 'What the workflow wrote of its build agrees with what the certificate says of it.',
    from: 'the statement and the certificate',
    assumes: 'The certificate, which the workflow cannot write, is right.',
    citation: 'SLSA provenance v1, GitHub Actions build types',
    stated: [],
  },
};

/** Which instances were believed: a root that is old does not know the keys of today. */
const rootsOf = ({ expectations: { sigstoreRoots = [], now } }: Context): string[] =>
  sigstoreRoots.map((root) => {
    const age = Math.floor(rootAgeInDays(root, now.value));
    return `trusted root of ${root.instance}, ${root.source}: SHA-256 ${root.sha256}, newest member ${age} days old`;
  });

export const lowerImage = ({ launcher, from }: DerivedLauncher): string =>
  `the subject is ${from.base}, which the image ${launcher.digest} of the app-compose is made from`;

/** Where the digest of the image stands that has to be built so. */
export const sourceOf = (context: Context): string =>
  context.compose().derived === undefined
    ? 'the measured app-compose'
    : 'the layers of the image that the measured app-compose names';

const run = (context: Context, id: ProvenanceCheckId): Outcome => {
  if (context.evidence.provenance === undefined) {
    return notChecked({
      summary: 'no provenance of the image was given, and none was looked for',
      hint: 'give --bundle with the file of `gh attestation download`, or leave --offline out',
    });
  }
  // Bundles about another image prove nothing of the one that was measured, however good they are.
  const { image } = partValue(context.evidence.provenance);
  const { subject, derived } = context.compose();
  if (image !== subject) {
    return failed({
      summary: 'the provenance that was given is about another image than the app-compose names',
      ...(subject === undefined ? {} : { expected: subject, source: sourceOf(context) }),
      found: image,
      origins: originsOf(context, 'provenance'),
    });
  }
  const { checks, chosen, bundles } = context.provenance();
  const { state, exit, summary, expected, found, hint, lacksRoot } = checks[id];
  const source = provenanceSource(context.expectations.policy.provenance, TOLD[id].stated) ?? 'built in';
  const others = bundles
    .filter((bundle) => bundle !== chosen)
    .map(({ origin, status, reasons }) => `${origin}: ${[status, ...reasons].join('; ')}`);
  return {
    state,
    exit,
    summary,
    ...(expected === undefined ? {} : { expected, source }),
    ...(found === undefined ? {} : { found }),
    ...(hint === undefined ? {} : { hint }),
    ...(lacksRoot === undefined ? {} : { lacksRoot }),
    origins: chosen === undefined ? originsOf(context, 'provenance') : [chosen.origin],
    details: [
      ...(id === 'provenance.bundle' ? [...rootsOf(context), ...others] : []),
      ...(id === 'provenance.subject' && derived !== undefined ? [lowerImage(derived)] : []),
    ],
  };
};

/** The checks of the launcher's build, in the order of their ids. */
export const provenanceChecks: readonly Check[] = (Object.keys(TOLD) as ProvenanceCheckId[]).map((id): Check => {
  const { stated, required = 'always', ...texts } = TOLD[id];
  return {
    ...texts,
    id,
    step: 'provenance',
    required,
    needs: ['compose.launcher'],
    ...(required === 'when-expected'
      ? { isExpected: ({ expectations: { policy } }) => stated.some((key) => policy.provenance?.[key] !== undefined) }
      : {}),
    run: (context) => run(context, id),
  };
});
