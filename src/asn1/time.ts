import { type DerNode, TAG } from './der.ts';
import { Asn1Error } from './errors.ts';

const asText = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** Seconds since 1970, or undefined where the calendar has no such day or time (a leap second included). */
const secondsOf = (parts: readonly number[]): number | undefined => {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  const back = [
    date.getUTCFullYear(),
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
  ];
  return back.every((part, index) => part === parts[index]) ? date.getTime() / 1000 : undefined;
};

/**
 * A Time of a certificate or CRL in seconds since 1970 (RFC 5280 4.1.2.5): UTCTime `YYMMDDHHMMSSZ` for the years 1950 to
 * 2049, GeneralizedTime `YYYYMMDDHHMMSSZ` for all others; no fractions, no zones but `Z`. Throws `bad-time`.
 */
export const timeOf = ({ tag, content }: DerNode, what: string): number => {
  const text = asText(content);
  const bad = (why: string): Asn1Error => new Asn1Error('bad-time', `${what} ${why}`);
  if (tag !== TAG.utcTime && tag !== TAG.generalizedTime) throw bad('is not a time');
  const pattern = tag === TAG.utcTime ? /^\d{12}Z$/ : /^\d{14}Z$/;
  if (!pattern.test(text)) throw bad('is a time not in the form of RFC 5280');
  // 50 to 99 are of the twentieth century.
  const long = tag === TAG.generalizedTime ? text : `${text < '5' ? '20' : '19'}${text}`;
  const year = Number(long.slice(0, 4));
  if (tag === TAG.generalizedTime && year >= 1950 && year < 2050)
    throw bad('is a GeneralizedTime where UTCTime is due');
  const rest = [4, 6, 8, 10, 12].map((at) => Number(long.slice(at, at + 2)));
  const seconds = secondsOf([year, ...rest]);
  if (seconds === undefined) throw bad('is a time that the calendar does not have');
  return seconds;
};
