import { readNamedFile } from '../collect/named-file.ts';
import { BundleError } from './errors.ts';
import { MAX_SAVED_BYTES } from './limits.ts';
import { type Bundle, readBundle } from './read.ts';

/** A bundle, and whether its file is the one whose hash somebody named. */
export interface OpenedBundle {
  readonly bundle: Bundle;
  /** What it says that nobody can prove later counts: whoever named its hash knows where he has that from. */
  readonly isVouchedFor: boolean;
}

/**
 * The bundle at a path.
 * @param sha256 what its file has to hash to, lower-case hex; undefined where nobody said
 * @throws CollectError where the file cannot be read; BundleError, and that `other-file` where it is another one than was named
 */
export const openBundle = (path: string, sha256: string | undefined): OpenedBundle => {
  const bundle = readBundle(readNamedFile(path, MAX_SAVED_BYTES), path);
  if (sha256 === undefined || sha256 === bundle.sha256) return { bundle, isVouchedFor: sha256 !== undefined };
  throw new BundleError(
    'other-file',
    `the file has the SHA-256 ${bundle.sha256}, and --saved-sha256 names another one`,
    {
      hint: 'it was changed, or it is not the one that was saved: take it from where that is kept',
    },
  );
};
