import type { Limits } from '../limits.ts';
import type { ObjectFormat } from '../objects/object-id.ts';
import { StoredPack } from './pack-file.ts';
import { encodePackIndex } from './pack-index.ts';
import { PackReader } from './pack-reader.ts';

export interface StoredPackFile {
  path: string;
  format: ObjectFormat;
}

/** What an inherited pack holds, from its bytes alone. */
export interface VerifiedPack {
  /** Hex; the name that git gives the file. */
  checksum: string;
  index: Uint8Array;
}

/**
 * Reads an inherited pack from its first byte to its last, hashing every object, and makes its index anew. The pack is not
 * compared with anything here: the ids in the index say what it holds.
 * @returns undefined when it is no whole pack
 */
export const verifyPack = ({ path, format }: StoredPackFile, limits: Limits): VerifiedPack | undefined => {
  let pack: StoredPack | undefined;
  try {
    pack = new StoredPack(path);
    const reader = new PackReader({ format, limits, file: pack, onObject: () => undefined });
    for (const chunk of pack.chunks()) reader.push(chunk);
    const summary = reader.finish();
    return { checksum: summary.checksum.toString('hex'), index: encodePackIndex(summary, format) };
  } catch {
    // Whatever is wrong with it, it is not used: the objects are made anew from the files that were checked.
    return undefined;
  } finally {
    pack?.close();
  }
};
