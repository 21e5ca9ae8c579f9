import type { OciImage } from '../image/oci.ts';

export interface Comparison {
  readonly isSame: boolean;
  /** A sentence for each platform. */
  readonly lines: readonly string[];
}

/**
 * Holds two builds of one commit against each other, by the manifest of each platform; where only the compression of layers
 * differs, says so: the configs then name the same unpacked bytes, but what is pinned by digest is not the same.
 */
export const compareImages = (first: OciImage, second: OciImage): Comparison => {
  const names = (image: OciImage): string => image.platforms.map(({ architecture }) => architecture).join(', ');
  if (names(first) !== names(second)) {
    return { isSame: false, lines: [`other platforms: ${names(first)} and ${names(second)}`] };
  }
  const lines = first.platforms.map((one, index) => {
    const other = second.platforms[index];
    if (one.digest === other?.digest) return `${one.architecture}: ${one.digest}`;
    const kind = one.config === other?.config ? 'the same files, compressed otherwise' : 'other files';
    return `${one.architecture}: ${kind}: ${one.digest} and ${other?.digest}`;
  });
  return { isSame: first.digest === second.digest, lines };
};
