import { escapeText } from './escape.ts';
import { JsonError } from './json-error.ts';

/** An object of untrusted JSON. A key that is not there reads as undefined. */
export type JsonObject = Readonly<Record<string, unknown>>;

const kindOf = (value: unknown): string => {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `of type ${typeof value}`;
};

/** The error for a value that is not `wanted` ("a string"). `what` names it ("tcb_info.mrtd"). */
const mismatch = (value: unknown, wanted: string, what: string): JsonError =>
  value === undefined
    ? new JsonError('missing', `${escapeText(what)} is missing`)
    : new JsonError('wrong-type', `${escapeText(what)} is ${kindOf(value)}, not ${wanted}`);

/**
 * `value` as an object. Throws {@link JsonError} `missing` where it is undefined, else `wrong-type`; so do the others
 * here.
 */
export const objectOf = (value: unknown, what: string): JsonObject => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw mismatch(value, 'an object', what);
  return value as JsonObject;
};

export const arrayOf = (value: unknown, what: string): readonly unknown[] => {
  if (!Array.isArray(value)) throw mismatch(value, 'an array', what);
  return value;
};

export const stringOf = (value: unknown, what: string): string => {
  if (typeof value !== 'string') throw mismatch(value, 'a string', what);
  return value;
};

export const booleanOf = (value: unknown, what: string): boolean => {
  if (typeof value !== 'boolean') throw mismatch(value, 'true or false', what);
  return value;
};

/** A whole number from 0 to 2^53 - 1: what is beyond would have lost digits when it was read. */
export const integerOf = (value: unknown, what: string): number => {
  if (typeof value !== 'number') throw mismatch(value, 'a number', what);
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new JsonError('wrong-type', `${escapeText(what)} is ${value}, not a whole number from 0 to 2^53 - 1`);
  }
  return value;
};

/** `read` applied where the value is there; undefined where it is not. `null` counts as there. */
export const optional = <T>(read: (value: unknown, what: string) => T, value: unknown, what: string): T | undefined =>
  value === undefined ? undefined : read(value, what);
