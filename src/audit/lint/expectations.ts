import type { ComposeExpectations } from '../../compose/context.ts';
import type { ComposeFile } from '../../compose/document.ts';
import type { Policy } from '../policy/policy.ts';
import { type RecognisedLauncher, recogniseLaunchers } from '../recognise-launchers.ts';

/** What a file is held against, and which services are taken for launchers. */
export interface LintExpectations {
  readonly expected: ComposeExpectations;
  readonly launchers: readonly RecognisedLauncher[];
  /** Whether the digests come from the file itself: then they prove nothing of who built the image. */
  readonly isRecognised: boolean;
}

const namedBy = (
  file: ComposeFile,
  named: NonNullable<Policy['launchers']>,
): { launchers: RecognisedLauncher[]; expected: ComposeExpectations['launchers'] } => ({
  expected: named.map(({ value }) => value),
  launchers: file.services.flatMap((service) => {
    const stated = named.find(({ value }) => value.digest === service.image?.digest);
    if (stated === undefined) return [];
    const { digest, program } = stated.value;
    const image = `${service.image?.name}@${digest}`;
    return [{ service: service.name, image, digest, program, source: stated.source }];
  }),
});

const recognised = (file: ComposeFile): ReturnType<typeof namedBy> => {
  const launchers = recogniseLaunchers(file);
  const expected = launchers.flatMap(({ digest, program }) => (digest === undefined ? [] : [{ digest, program }]));
  return { launchers, expected };
};

/**
 * The expectations that a file is held against: the policy's, as far as it states any. Where it names no launcher, the services that
 * look like one by what they are given are taken for launchers, whatever their digests are. Without a policy no
 * neighbour is admitted: an expectation that is missing never means "any".
 */
export const lintExpectations = (file: ComposeFile, policy: Policy): LintExpectations => {
  const isRecognised = policy.launchers === undefined;
  const { launchers, expected } = policy.launchers === undefined ? recognised(file) : namedBy(file, policy.launchers);
  return {
    launchers,
    isRecognised,
    expected: {
      launchers: expected,
      admitted: policy.services.map(({ value, source }) => ({ ...value, source })),
      // As in twl verify: that a script is known here does not make it harmless.
      knownScripts: policy.scripts.map(({ value }) => value),
    },
  };
};
