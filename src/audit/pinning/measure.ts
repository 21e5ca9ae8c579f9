import type { Pin } from '../../pin/types.ts';
import { bringSource } from '../../source/bring.ts';
import { SourceError } from '../../source/errors.ts';
import type { Limits } from '../../source/limits.ts';
import { PinningError } from './errors.ts';

/** What the launcher's engine made of the commit. */
export interface Measured {
  /** The tree in the format of the commit. */
  readonly tree: string;
  readonly treeSha256: string;
  readonly files: number;
}

interface MeasureRequest {
  readonly pin: Pin;
  readonly limits: Limits;
  /** A folder of its own, which the caller removes. */
  readonly folder: string;
  readonly warn: (message: string) => void;
}

/**
 * Brings the commit as the launcher would, every object hashed, its rules of trees held and the entry script found, into a folder that
 * goes afterwards. Nothing of it is executed.
 * @throws SourceError; PinningError `tool-missing`
 */
export const measure = async ({ pin, limits, folder, warn }: MeasureRequest): Promise<Measured> => {
  try {
    const { tree, treeSha256, files, lock } = await bringSource({
      pin: { ...pin, workDir: `${folder}/work` },
      limits,
      log: { info: () => {}, warning: warn },
      wantsTreeSha256: true,
    });
    lock.release();
    // It was asked for.
    return { tree, treeSha256: treeSha256!, files };
  } catch (error) {
    if (!(error instanceof SourceError) || error.code !== 'tool-missing') throw error;
    throw new PinningError('tool-missing', error.message, {
      hint: 'install git: until the tree has its SHA-256 name, only git notices a commit that was made to collide',
      cause: error,
    });
  }
};
