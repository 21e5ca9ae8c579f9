import { createHash } from 'node:crypto';
import { appFactsOf } from '../compose/app-facts.ts';
import type { ComposeExpectations } from '../compose/context.ts';
import { readCompose } from '../compose/document.ts';
import { type ComposeReview, reviewCompose } from '../compose/review.ts';
import { objectOf, parseJson } from '../base/json.ts';
import { MAX_APP_COMPOSE_BYTES } from '../evidence/limits.ts';
import { canonicalPin } from '../pin/canonical.ts';
import { type KnownScript, findScript } from './known-scripts.ts';
import type { Policy } from './policy/policy.ts';
import { recogniseLaunchers } from './recognise-launchers.ts';

type Launcher = ComposeExpectations['launchers'][number];

/** The compose text of an app-compose as the checks see it. */
export interface AttestedCompose {
  readonly review: ComposeReview;
  /** The images that were taken for a launcher's. */
  readonly launchers: readonly Launcher[];
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
const recognised = (composeText: string | undefined): Launcher[] =>
  composeText === undefined
    ? []
    : recogniseLaunchers(readCompose(composeText)).flatMap(({ digest, program }) =>
        digest === undefined ? [] : [{ digest, program }],
      );

/** The same image under the launcher's other name. */
const renamed = ({ digest, program }: Launcher): Launcher => ({
  digest,
  program: program === 'git-launcher' ? 'trusted-workload-launcher' : 'git-launcher',
});

const canonical = ({ pin }: ComposeReview): string | undefined => (pin === undefined ? undefined : canonicalPin(pin));

/**
 * Reads the compose text of app-compose.json as the engine would run it, and holds it against the policy. Throws ComposeError, and JsonError
 * where app-compose is not what dstack takes.
 */
export const readAttestedCompose = (appCompose: Uint8Array, policy: Policy): AttestedCompose => {
  const name = 'app-compose.json';
  const app = appFactsOf(objectOf(parseJson(appCompose, { name, maxBytes: MAX_APP_COMPOSE_BYTES }), name));
  const stated = policy.launchers;
  const launchers =
    stated?.map(({ value }) => value) ?? recognised(app.runner === 'bash' ? undefined : app.composeText);
  const expectedOf = (images: readonly Launcher[]): ComposeExpectations => ({
    launchers: images,
    admitted: policy.services.map(({ value, source }) => ({ ...value, source })),
    // Only those that a policy admits: that a script is known here does not make it harmless.
    knownScripts: policy.scripts.map(({ value }) => value),
  });
  const review = reviewCompose(app, expectedOf(launchers));
  const isProgramOpen =
    stated === undefined && canonical(review) !== canonical(reviewCompose(app, expectedOf(launchers.map(renamed))));
  const scripts = app.scripts.flatMap(
    ({ text }) => findScript(createHash('sha256').update(text, 'utf8').digest('hex')) ?? [],
  );
  const launcherSource = stated === undefined ? undefined : [...new Set(stated.map(({ source }) => source))].join(', ');
  return { review, launchers, launcherSource, isProgramOpen, scripts };
};
