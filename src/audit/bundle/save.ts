import { BaseError } from '../../base/error.ts';
import { PUBLIC_GOOD_SHA256 } from '../../provenance/public-good.ts';
import { writeAtomically } from '../../state/atomic-write.ts';
import { Context } from '../context.ts';
import { utc } from '../wording.ts';
import { MAX_PACKS_BYTES } from './limits.ts';
import { type RecheckOptions, recheckCommand } from './recheck.ts';
import { sha256Hex } from './sha256.ts';
import { bundleBytes, bundleOf, type SaveRequest } from './write.ts';

/** What was written. */
export interface SavedFile {
  readonly bytes: number;
  /** Of the file, lower-case hex. */
  readonly sha256: string;
  /** What to type to judge it as it was judged now. */
  readonly command: string;
  /** What is not in it, one sentence each. */
  readonly notes: readonly string[];
}

/** A bundle is there to be handed on; whoever may read the folder may read it. */
const FILE_MODE = 0o644;

const commitOf = ({ evidence, expectations }: SaveRequest): string | undefined => {
  if (evidence.appCompose === undefined) return undefined;
  try {
    return new Context(evidence, expectations).compose().review.pin?.commitSha;
  } catch (error) {
    if (error instanceof BaseError) return undefined;
    throw error;
  }
};

/** Roots that do not count by themselves. */
const rootsToName = ({ expectations: { root, sigstoreRoots = [] } }: SaveRequest): string[] => [
  ...(root.simulated ? [sha256Hex(root.der)] : []),
  ...sigstoreRoots.map(({ sha256 }) => sha256).filter((one) => one !== PUBLIC_GOOD_SHA256),
];

/**
 * Writes the bundle of a run to `path`, whole or not at all.
 * @param options of the run's command line
 * @throws StateError where it cannot be written, BundleError `too-large`
 */
export const saveBundle = (
  path: string,
  request: SaveRequest,
  options: Omit<RecheckOptions, 'rootSha256s' | 'savedSha256'>,
): SavedFile => {
  const { recording, expectations } = request;
  const bytes = bundleBytes(bundleOf(request, commitOf(request)));
  writeAtomically(path, bytes, FILE_MODE);
  const sha256 = sha256Hex(bytes);
  const again: RecheckOptions = {
    policies: options.policies,
    profile: options.profile,
    allowed: options.allowed,
    repository: options.repository,
    commit: options.commit,
    treeSha256: options.treeSha256,
    // Of an address that was typed; no address is typed the next time.
    appId: expectations.appId?.value,
    compose: options.compose,
    base: options.base,
    since: options.since,
    only: options.only,
    rootSha256s: rootsToName(request),
    savedSha256: sha256,
  };
  return {
    bytes: bytes.length,
    sha256,
    command: recheckCommand(path, again, utc(expectations.now.value)),
    notes: [
      ...(recording.tooLarge
        ? [`the source is not in it: its packs have more than ${MAX_PACKS_BYTES} bytes; check it again with --source`]
        : []),
      ...(recording.areImagesTooLarge ? ['what was read of images is not in it: it is too large'] : []),
    ],
  };
};
