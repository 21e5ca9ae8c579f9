import { JsonError, arrayOf, integerOf, parseJson, stringOf } from '../base/json.ts';
import { escapeText } from '../base/escape.ts';
import { MAX_SIGNED_JSON_BYTES } from './collateral.ts';
import { TdxError } from './errors.ts';
import { TCB_STATUSES, type TcbStatus } from './tcb-status.ts';

/** TCB levels, module identities or advisories in one list: Intel's longest has under 40. */
export const MAX_LIST = 256;
const MAX_ADVISORY = 64;

export const bad = (what: string): TdxError => new TdxError('bad-collateral', what);

/** A list of 1 to {@link MAX_LIST}, or with `empty` also of none. */
export const listOf = (value: unknown, what: string, empty = false): readonly unknown[] => {
  const list = arrayOf(value, what);
  if (list.length > MAX_LIST) throw bad(`${what} has ${list.length} entries, more than ${MAX_LIST}`);
  if (list.length === 0 && !empty) throw bad(`${what} is empty`);
  return list;
};

/** A whole number from 0 to `max`. */
export const numberOf = (value: unknown, max: number, what: string): number => {
  const number = integerOf(value, what);
  if (number > max) throw bad(`${what} is ${number}, more than ${max}`);
  return number;
};

/** Hex of so many bytes, in either case. */
export const hexOf = (value: unknown, bytes: number, what: string): Uint8Array => {
  const text = stringOf(value, what);
  if (!/^[0-9a-fA-F]*$/.test(text) || text.length !== bytes * 2) throw bad(`${what} is not hex of ${bytes} bytes`);
  return new Uint8Array(Buffer.from(text, 'hex'));
};

/** A time as Intel writes it, `2026-08-13T10:45:38Z`, in seconds since 1970. */
export const dateOf = (value: unknown, what: string): number => {
  const text = stringOf(value, what);
  const seconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) ? Date.parse(text) / 1000 : Number.NaN;
  // Some engines roll 31 June over into July.
  if (Number.isNaN(seconds) || new Date(seconds * 1000).toISOString() !== text.replace('Z', '.000Z')) {
    throw bad(`${what} is not a time: ${escapeText(text.slice(0, 40))}`);
  }
  return seconds;
};

export const statusOf = (value: unknown, what: string): TcbStatus => {
  const text = stringOf(value, what);
  const status = TCB_STATUSES.find((one) => one === text);
  if (status === undefined) throw bad(`${what} is not a status that is known: ${escapeText(text.slice(0, 60))}`);
  return status;
};

/** Identifiers of Intel's security advisories; none where the key is absent. */
export const advisoriesOf = (value: unknown, what: string): readonly string[] =>
  value === undefined
    ? []
    : listOf(value, what, true).map((one) => {
        const id = stringOf(one, what);
        if (id.length > MAX_ADVISORY || !/^[A-Za-z0-9-]+$/.test(id))
          throw bad(`${what} holds what is no advisory's id`);
        return id;
      });

/** Parses signed JSON and reads it; every `JsonError` becomes `bad-collateral`. */
export const readSigned = <T>(text: string, name: string, read: (value: unknown) => T): T => {
  try {
    return read(parseJson(text, { name, maxBytes: MAX_SIGNED_JSON_BYTES }));
  } catch (cause) {
    if (!(cause instanceof JsonError)) throw cause;
    throw new TdxError('bad-collateral', cause.message, { cause });
  }
};
