import { onTestFinished } from 'vitest';
import { makeScratch, type Scratch } from './scratch.ts';

/** A scratch folder that goes when the running test ends, whatever its outcome. Inside a test only. */
export const useScratch = (): Scratch => {
  const scratch = makeScratch();
  onTestFinished(() => scratch.remove());
  return scratch;
};
