import { ProvenanceError } from './errors.ts';
import { shown } from './fields.ts';

/** The image that must have been built, by what the deployment pins. */
export interface SubjectDigests {
  /** `sha256:` and 64 lower-case hex digits, of the manifest or index that is run. */
  readonly image: string;
  /** Where `image` is an index: the digests of all its children for linux/amd64, which the caller read out of its bytes. */
  readonly children?: readonly string[];
}

const DIGEST = /^sha256:([0-9a-f]{64})$/;

const hexOf = (digest: string): string => {
  const hex = DIGEST.exec(digest)?.[1];
  if (hex !== undefined) return hex;
  throw new ProvenanceError('bad-expectation', `${shown(digest)} is not the digest of an image`, {
    hint: 'write sha256: and 64 lower-case hex digits',
  });
};

/** The same as hex, without `sha256:`. */
export interface Subjects {
  readonly image: string;
  readonly children: readonly string[];
}

/** Throws {@link ProvenanceError} `bad-expectation` for what is no digest. */
export const subjectsOf = ({ image, children = [] }: SubjectDigests): Subjects => ({
  image: hexOf(image),
  children: children.map(hexOf),
});
