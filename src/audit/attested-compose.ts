import { createHash } from 'node:crypto';
import { appFactsOf } from '../compose/app-facts.ts';
import type { ComposeExpectations, ExpectedLauncher } from '../compose/context.ts';
import { readCompose } from '../compose/document.ts';
import { type ComposeReview, reviewCompose } from '../compose/review.ts';
import { objectOf, parseJson } from '../base/json.ts';
import { MAX_APP_COMPOSE_BYTES } from '../evidence/limits.ts';
import type { Part } from '../evidence/evidence.ts';
import { canonicalPin } from '../pin/canonical.ts';
import { type DerivedLauncher, derivedLaunchers, programIn } from './derived-launchers.ts';
import { type KnownScript, findScript } from './known-scripts.ts';
import type { LookedImage } from './looked-image.ts';
import type { Policy } from './policy/policy.ts';
import { recogniseLaunchers } from './recognise-launchers.ts';

/** The compose text of an app-compose as the checks see it. */
export interface AttestedCompose {
  readonly review: ComposeReview;
  /** The images that were taken for a launcher's. */
  readonly launchers: readonly ExpectedLauncher[];
  /** How the launcher's image is made from another one, where it holds the pin. */
  readonly derived: DerivedLauncher | undefined;
  /** The image that holds the launcher's program, `sha256:…`: the launcher's own, or the one that it is made from. Its provenance counts. */
  readonly subject: string | undefined;
  /**
   * Who said that they are: a policy; or nobody, and then they are what the compose itself gives a pin to, which is for the provenance
   * checks to prove.
   */
  readonly launcherSource: string | undefined;
  /**
   * Nobody said by which name the image calls the launcher, and the two names read another pin out of the same text: which script starts is
   * then unknown.
   */
  readonly isProgramOpen: boolean;
  /** Those of its scripts that this program knows, admitted or not. */
  readonly scripts: readonly KnownScript[];
}

/** The images by digest of the services that are given a pin. Throws ComposeError. */
const recognised = (composeText: string | undefined): ExpectedLauncher[] =>
  composeText === undefined
    ? []
    : recogniseLaunchers(readCompose(composeText)).flatMap(({ digest, program }) =>
        digest === undefined ? [] : [{ digest, program }],
      );

/** The same image under the launcher's other name. */
const renamed = ({ program, ...image }: ExpectedLauncher): ExpectedLauncher => ({
  ...image,
  program: program === 'git-launcher' ? 'trusted-workload-launcher' : 'git-launcher',
});

const canonical = ({ pin }: ComposeReview): string | undefined => (pin === undefined ? undefined : canonicalPin(pin));

/** The launcher images without a policy: what the compose gives a pin to; where it gives none, what holds one, with its lower image. */
const proposed = (
  composeText: string | undefined,
  derived: readonly DerivedLauncher[],
): readonly ExpectedLauncher[] => {
  const given = recognised(composeText);
  if (given.length > 0) return given;
  return derived.flatMap(({ launcher, from }) => [launcher, { digest: from.base, program: launcher.program }]);
};

/** Those that a policy names, with what was found in them, and before them what is made from one. */
const withDerived = (
  stated: readonly ExpectedLauncher[],
  derived: readonly DerivedLauncher[],
): readonly ExpectedLauncher[] => [...derived.map(({ launcher }) => launcher), ...stated];

/**
 * Reads the compose text of app-compose.json as the engine would run it, and holds it against the policy. Throws ComposeError, and JsonError
 * where app-compose is not what dstack takes.
 * @param images what was found in images that it names, for a pin that is in none of its texts
 */
export const readAttestedCompose = (
  appCompose: Uint8Array,
  policy: Policy,
  images?: Part<readonly LookedImage[]>,
): AttestedCompose => {
  const name = 'app-compose.json';
  const app = appFactsOf(objectOf(parseJson(appCompose, { name, maxBytes: MAX_APP_COMPOSE_BYTES }), name));
  const stated = policy.launchers?.map(({ value }) => value);
  const found = derivedLaunchers(images, stated);
  const text = app.runner === 'bash' ? undefined : app.composeText;
  const named = (one: ExpectedLauncher) => ({ ...one, program: programIn(images, one.digest) ?? one.program });
  const launchers = stated === undefined ? proposed(text, found).map(named) : withDerived(stated, found);
  const expectedOf = (some: readonly ExpectedLauncher[]): ComposeExpectations => ({
    launchers: some,
    admitted: policy.services.map(({ value, source }) => ({ ...value, source })),
    // Only those that a policy admits: that a script is known here does not make it harmless.
    knownScripts: policy.scripts.map(({ value }) => value),
  });
  const review = reviewCompose(app, expectedOf(launchers));
  const digest = review.launcher?.image?.digest;
  const derived = found.find(({ launcher }) => launcher.digest === digest);
  const isProgramOpen =
    stated === undefined &&
    programIn(images, digest) === undefined &&
    canonical(review) !== canonical(reviewCompose(app, expectedOf(launchers.map(renamed))));
  const scripts = app.scripts.flatMap(
    ({ text }) => findScript(createHash('sha256').update(text, 'utf8').digest('hex')) ?? [],
  );
  const sources = policy.launchers?.map(({ source }) => source);
  const launcherSource = sources === undefined ? undefined : [...new Set(sources)].join(', ');
  const subject = derived?.from.base ?? digest;
  return { review, launchers, derived, subject, launcherSource, isProgramOpen, scripts };
};
