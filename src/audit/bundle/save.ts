import { BaseError } from '../../base/error.ts';
import { PUBLIC_GOOD_SHA256 } from '../../provenance/public-good.ts';
import type { NewFile } from '../../state/atomic-write.ts';
import { Context } from '../context.ts';
import type { Expectations } from '../expectations.ts';
import { utc } from '../wording.ts';
import { BundleError } from './errors.ts';
import { MAX_PACKS_BYTES } from './limits.ts';
import { readBundle } from './read.ts';
import { type RecheckOptions, recheckCommand } from './recheck.ts';
import type { BundleFile } from './schema.ts';
import { sha256Hex } from './sha256.ts';
import { bundleBytes, bundleOf, type SaveRequest } from './write.ts';

/** A bundle that is to be written. */
export interface BundleToWrite {
  readonly file: NewFile;
  /** Of the file, lower-case hex. */
  readonly sha256: string;
  /** What to type to judge it as it was judged now. */
  readonly command: string;
  /** What is not in it, one sentence each, unescaped. */
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

/** Roots of the bundle that do not count by themselves. */
const rootsToName = ({ roots }: BundleFile, { root }: Expectations): string[] => [
  ...(root.simulated ? [roots.tdx.sha256] : []),
  ...roots.sigstore.map(({ sha256 }) => sha256).filter((one) => one !== PUBLIC_GOOD_SHA256),
];

/** Reads what is about to be written: nobody must keep a file as evidence that cannot be read when it is needed. */
const requireReadable = (bytes: Uint8Array, path: string): void => {
  try {
    readBundle(bytes, path);
  } catch (cause) {
    if (!(cause instanceof BundleError)) throw cause;
    throw new BundleError('unsavable', `what this run saw fits into no file that can be read again: ${cause.message}`, {
      hint: 'save step by step with --only, or keep the files that were named',
      cause,
    });
  }
};

/**
 * The bundle of a run, to be written at `path`. It was read again, and reads.
 * @param options of the run's command line
 * @throws BundleError `too-large`, `unsavable`
 */
export const bundleFile = (
  path: string,
  request: SaveRequest,
  options: Omit<RecheckOptions, 'rootSha256s' | 'savedSha256'>,
): BundleToWrite => {
  const { recording, expectations } = request;
  const notes: string[] = [];
  const bundle = bundleOf(request, commitOf(request), (line) => notes.push(line));
  const bytes = bundleBytes(bundle);
  requireReadable(bytes, path);
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
    // Roots that are not in it have to be named as they were.
    ...(bundle.roots.sigstore.length === 0 ? { trustedRoots: options.trustedRoots ?? [] } : {}),
    rootSha256s: rootsToName(bundle, expectations),
    savedSha256: sha256,
  };
  return {
    file: { path, bytes, mode: FILE_MODE },
    sha256,
    command: recheckCommand(path, again, utc(expectations.now.value)),
    notes: [
      ...notes,
      ...(recording.tooLarge
        ? [`the source is not in it: its packs have more than ${MAX_PACKS_BYTES} bytes; check it again with --source`]
        : []),
      ...(recording.areImagesTooLarge ? ['what was read of images is not in it: it is too large'] : []),
    ],
  };
};
