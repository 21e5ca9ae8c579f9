import { usageError } from './errors.ts';

/** 9999-12-31T23:59:59Z: the last second that RFC 3339 can write. */
const LAST_SECOND = 253_402_300_799;

/** From 9 digits on: fewer are before 1973, and more likely a date without its dashes. */
const UNIX_SECONDS = /^[0-9]{9,12}$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
/** RFC 3339 section 5.6 `date-time`, upper case; a leap second is left out, for no time of ours can name one. */
const DATE_TIME =
  /^(\d{4})-(\d{2})-(\d{2})T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.\d{1,9})?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/;

const HINT = 'write 2026-08-13, 2026-08-13T09:20:00Z or seconds since 1970';

const MINUTE = 60;
const HOUR = 3600;

/** Midnight of a day in UTC in seconds; undefined where the calendar has no such day. */
const midnight = (year: number, month: number, day: number): number | undefined => {
  const date = new Date(0);
  // `Date.UTC` reads years below 100 as of the twentieth century.
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() / 1000 : undefined;
};

const readDateTime = (text: string): number | undefined => {
  const match = DATE.exec(text) ?? DATE_TIME.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const start = midnight(year, month, day);
  if (start === undefined) return undefined;
  const [sign, offsetHour = 0, offsetMinute = 0] = match.slice(7);
  const offset = (sign === '-' ? -1 : 1) * (Number(offsetHour) * HOUR + Number(offsetMinute) * MINUTE);
  return start + hour * HOUR + minute * MINUTE + second - offset;
};

/**
 * `--at` in whole seconds since 1970: a date (its first second in UTC), an RFC 3339 time (fractions are cut off), or seconds
 * since 1970. Throws CliError `usage` for all else, and for times before 1970 or after 9999.
 */
export const readTime = (text: string): number => {
  const seconds = UNIX_SECONDS.test(text) ? Number(text) : readDateTime(text);
  if (seconds === undefined) throw usageError('--at is no time that can be read', HINT);
  if (seconds < 0 || seconds > LAST_SECOND) throw usageError('--at is before 1970 or after 9999', HINT);
  return seconds;
};
