import { escapeText } from '../base/escape.ts';
import { arrayOf, type JsonObject, objectOf, stringOf } from '../base/json.ts';
import { ProvenanceError, type ProvenanceErrorCode } from './errors.ts';

/** How much of a foreign name is shown in a message. */
const SHOWN = 80;

/** Foreign text as a message may hold it. */
export const shown = (text: string, most = SHOWN): string =>
  `'${escapeText(text.length > most ? `${text.slice(0, most)}…` : text)}'`;

/** `value` as an object without the members that are null, which protobuf's JSON reads as absent. */
const withoutNulls = (object: JsonObject): JsonObject => {
  const entries = Object.entries(object).filter(([, value]) => value !== null);
  return Object.assign(Object.create(null), Object.fromEntries(entries));
};

/**
 * `value` as an object that has only the `allowed` fields. The library reads what it knows and skips the rest; here a field
 * that the format does not have is an error, so that nobody believes it was looked at.
 */
export const fieldsOf = (value: unknown, allowed: readonly string[], what: string): JsonObject => {
  const object = withoutNulls(objectOf(value, what));
  const unknown = Object.keys(object).find((key) => !allowed.includes(key));
  if (unknown !== undefined) {
    throw new ProvenanceError('bad-bundle', `${what} has the field ${shown(unknown)}, which the format does not have`);
  }
  return object;
};

/** An array of at most `max` values. */
export const listOf = (value: unknown, max: number, what: string): readonly unknown[] => {
  const list = arrayOf(value, what);
  if (list.length > max) throw new ProvenanceError('too-many', `${what} has ${list.length} items, more than ${max}`);
  return list;
};

/** A string of 1 to `max` characters. */
export const textOf = (value: unknown, max: number, code: ProvenanceErrorCode, what: string): string => {
  const text = stringOf(value, what);
  if (text === '') throw new ProvenanceError(code, `${what} is empty`);
  if (text.length > max) {
    throw new ProvenanceError('too-large', `${what} has ${text.length} characters, more than ${max}`);
  }
  return text;
};

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** The 1 to `max` bytes of base64 (RFC 4648, 4) that says the same when written again: no junk, no missing padding. */
export const base64Of = (value: unknown, max: number, code: ProvenanceErrorCode, what: string): Buffer => {
  const text = stringOf(value, what);
  const tooLarge = (): ProvenanceError => new ProvenanceError('too-large', `${what} has more than ${max} bytes`);
  // Before anything is decoded; exactly after.
  if (text.length > Math.ceil(max / 3) * 4) throw tooLarge();
  const bytes = Buffer.from(text, 'base64');
  if (!BASE64.test(text) || bytes.toString('base64') !== text) {
    throw new ProvenanceError(code, `${what} is not base64`);
  }
  if (bytes.length > max) throw tooLarge();
  if (bytes.length === 0) throw new ProvenanceError(code, `${what} is empty`);
  return bytes;
};

/** A whole number from 0 to 2^53 - 1, as a JSON number or, as protobuf writes 64 bits, in a string. */
export const countOf = (value: unknown, code: ProvenanceErrorCode, what: string): number => {
  const number = typeof value === 'string' && /^(?:0|[1-9]\d{0,15})$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 0) {
    throw new ProvenanceError(code, `${what} is not a whole number from 0 to 2^53 - 1`);
  }
  return number;
};
