import type { BaseError } from '../../src/base/error.ts';
import { RegistryError } from '../../src/registry/errors.ts';

/** The RegistryError that a call ends with; anything else fails the test. */
export const failure = async (call: () => unknown): Promise<RegistryError> => {
  try {
    await call();
  } catch (error) {
    if (error instanceof RegistryError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

/** What of an error a test compares. */
export const told = ({ code, message, exitCode }: BaseError<string>) => ({ code, message, exitCode });
