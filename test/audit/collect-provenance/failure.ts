import { CollectError } from '../../../src/audit/collect/errors.ts';

/** The CollectError that a call ends with; anything else fails the test. */
export const failure = async (call: () => unknown): Promise<CollectError> => {
  try {
    await call();
  } catch (error) {
    if (error instanceof CollectError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};
