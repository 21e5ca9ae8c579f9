import fc from 'fast-check';
import { SourceError, type SourceErrorCode } from '../../src/source/errors.ts';
import { type Limits, readLimits } from '../../src/source/limits.ts';
import { PackReader, type PackObject, type PackSummary } from '../../src/source/pack/pack-reader.ts';
import type { PackStore } from '../../src/source/pack/pack-file.ts';
import type { ObjectFormat } from '../support/git-objects.ts';

/** The limits of the table, with some of them changed. */
export const limitsWith = (changes: Partial<Limits> = {}): Limits => {
  const read = readLimits({});
  if (!read.ok) throw new Error('the table has no limits');
  return { ...read.limits, ...changes };
};

/** The code of the SourceError that `run` throws; undefined when it throws none, any other error goes on. */
export const codeOf = (run: () => unknown): SourceErrorCode | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof SourceError) return error.code;
    throw error;
  }
};

/** Runs `run`, which may throw a SourceError and nothing else. */
export const onlySourceErrors = <T>(run: () => T): T | undefined => {
  try {
    return run();
  } catch (error) {
    if (error instanceof SourceError) return undefined;
    throw error;
  }
};

/** `bytes` cut at the given places, in any order, each modulo its length. */
export const cutAt = (bytes: Buffer, places: readonly number[]): Buffer[] => {
  const cuts = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  const pieces: Buffer[] = [];
  let from = 0;
  for (const to of [...cuts, bytes.length]) {
    // Copies, so that nobody can read beyond a piece.
    if (to > from) pieces.push(Buffer.from(bytes.subarray(from, to)));
    from = to;
  }
  return pieces;
};

/** Places to cut at: few, or so many that nearly every byte comes alone. */
export const cuts = (): fc.Arbitrary<number[]> =>
  fc.oneof(fc.array(fc.nat(), { maxLength: 6 }), fc.array(fc.nat(3000), { minLength: 50, maxLength: 150 }));

/** A pack in memory. */
export class MemoryStore implements PackStore {
  #bytes = Buffer.alloc(0);

  get length(): number {
    return this.#bytes.length;
  }

  append(bytes: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
  }

  read(start: number, end: number): Buffer {
    if (start < 0 || end > this.#bytes.length || start > end) throw new Error(`read of ${start}..${end}`);
    return Buffer.from(this.#bytes.subarray(start, end));
  }
}

export interface ReadPack {
  summary: PackSummary;
  objects: PackObject[];
  reader: PackReader;
}

export const readPack = (pieces: Iterable<Buffer>, format: ObjectFormat = 'sha1', limits = limitsWith()): ReadPack => {
  const objects: PackObject[] = [];
  const onObject = (object: PackObject): void => {
    objects.push({ ...object, data: Buffer.from(object.data) });
  };
  const reader = new PackReader({ format, limits, file: new MemoryStore(), onObject });
  for (const piece of pieces) reader.push(piece);
  return { summary: reader.finish(), objects, reader };
};

/** What is wrong, and what to do next; undefined when nothing is. */
export const failureOf = (
  run: () => unknown,
): { code: string; message: string; hint: string | undefined } | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return { code: error.code, message: error.message, hint: error.hint };
  }
};
