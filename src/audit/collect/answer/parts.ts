import { BaseError } from '../../../base/error.ts';
import { arrayOf, stringOf } from '../../../base/json.ts';
import type { Evidence, Part } from '../../../evidence/evidence.ts';
import { bytesOfHex } from '../../../evidence/hex.ts';
import { MAX_QUOTE_BYTES } from '../../../evidence/limits.ts';
import { CollectError } from '../errors.ts';

/** Evidence as it was collected, and what the reader should know of what is not there: one sentence each. */
export interface Collected extends Evidence {
  readonly notes: readonly string[];
}

/** What one kind of answer gave; the target is the caller's. */
export type Found = Omit<Collected, 'target'>;

/** A part, or why it cannot be read. */
export const partOf = <T>(origin: string, read: () => T): Part<T> => {
  try {
    return { origin, value: read() };
  } catch (error) {
    if (error instanceof BaseError) return { origin, error };
    throw error;
  }
};

/** Whether an answer gives a value: agents write empty strings, and some clients null, for what they have not. */
export const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/** `{ [name]: part }`, or nothing where the answer does not give the value. */
export const offered = <Name extends string, T>(
  name: Name,
  origin: string,
  value: unknown,
  read: (value: unknown, what: string) => T,
): { readonly [N in Name]?: Part<T> } => {
  if (!isGiven(value)) return {};
  return { [name]: partOf(origin, () => read(value, origin)) } as { readonly [N in Name]?: Part<T> };
};

/** Bytes as an array of numbers. */
export const bytesOfNumbers = (numbers: readonly unknown[], what: string, maxLength: number): Uint8Array => {
  if (numbers.length > maxLength) throw new CollectError('too-large', `${what} is longer than ${maxLength} bytes`);
  const isByte = (one: unknown): one is number =>
    Number.isInteger(one) && (one as number) >= 0 && (one as number) <= 255;
  if (!numbers.every(isByte)) throw new CollectError('bad-answer', `${what} holds something other than bytes`);
  return Uint8Array.from(numbers);
};

/** Hex with or without the 0x that examples of the agent's API show. */
export const hexBytes = (text: string, what: string, maxLength: number): Uint8Array =>
  bytesOfHex(text.replace(/^0x/, ''), what, { maxLength });

/** A quote in hex or as an array of bytes, both of which are in use. */
export const quoteBytes = (value: unknown, what: string): Uint8Array => {
  if (typeof value === 'string') return hexBytes(value, what, MAX_QUOTE_BYTES);
  return bytesOfNumbers(arrayOf(value, what), what, MAX_QUOTE_BYTES);
};

/** The bytes of a text, in UTF-8. */
export const textBytes = (value: unknown, what: string): Uint8Array => new TextEncoder().encode(stringOf(value, what));
