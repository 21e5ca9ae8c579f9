import { inflateSync } from 'node:zlib';
import { SourceError } from '../errors.ts';
import { messageOf, systemCodeOf } from '../../base/error.ts';

export interface Inflated {
  data: Buffer;
  /** Compressed bytes that were used. */
  consumed: number;
}

/** zlib's own bound on what it makes of `size` bytes (`compressBound`); other writers may need more. */
export const compressedBound = (size: number): number =>
  size + Math.floor(size / 4096) + Math.floor(size / 16384) + Math.floor(size / 2 ** 25) + 64;

/**
 * Inflates one zlib stream at the start of `input`, which may go on behind it.
 * @param size what the stream must inflate to, exactly; also the bound on memory
 * @returns undefined when `input` ends inside the stream
 * @throws SourceError `pack-malformed` when the stream is broken, or of another size
 */
export const inflateExactly = (input: Buffer, size: number, offset: number): Inflated | undefined => {
  try {
    // `info` gives the engine, whose bytesWritten is what was consumed. One spare byte: a longer stream shows as an error.
    const { buffer, engine } = inflateSync(input, {
      info: true,
      chunkSize: Math.max(64, size + 1),
      maxOutputLength: Math.max(1, size),
    }) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
    if (buffer.length !== size) {
      throw new SourceError(
        'pack-malformed',
        `the pack is malformed at byte ${offset}: an object declares ${size} bytes and holds ${buffer.length}`,
      );
    }
    return { data: buffer, consumed: engine.bytesWritten };
  } catch (error) {
    if (error instanceof SourceError) throw error;
    const code = systemCodeOf(error);
    if (code === 'Z_BUF_ERROR') return undefined;
    const what =
      code === 'ERR_BUFFER_TOO_LARGE' ? `an object holds more than the ${size} bytes it declares` : messageOf(error);
    throw new SourceError('pack-malformed', `the pack is malformed at byte ${offset}: ${what}`, { cause: error });
  }
};
