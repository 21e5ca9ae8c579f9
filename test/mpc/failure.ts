import { expect } from 'vitest';
import { BaseError } from '../../src/base/error.ts';

/** The error of ours that `act` throws or rejects with. */
export const failure = async (act: () => unknown): Promise<BaseError<string>> => {
  try {
    await act();
  } catch (error) {
    expect(error).toBeInstanceOf(BaseError);
    return error as BaseError<string>;
  }
  return expect.unreachable('it does not fail');
};
