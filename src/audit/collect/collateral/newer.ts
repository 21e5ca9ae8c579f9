import { BaseError } from '../../../base/error.ts';
import type { Part } from '../../../evidence/evidence.ts';
import { endOfCollateral } from './in-date.ts';

/** When it ends, by what it says of itself; before everything else where that cannot be read. */
const endOf = (part: Part<unknown>): number => {
  if ('error' in part) return Number.NEGATIVE_INFINITY;
  try {
    const end = endOfCollateral(part.value);
    return Number.isNaN(end) ? Number.NEGATIVE_INFINITY : end;
  } catch (error) {
    if (error instanceof BaseError) return Number.NEGATIVE_INFINITY;
    throw error;
  }
};

/** Of two answers of Intel the one that is in force for longer: of two that are both in date the older one may hide what was published since. */
export const newerCollateral = (first: Part<unknown>, second: Part<unknown>): Part<unknown> =>
  endOf(second) > endOf(first) ? second : first;
