import { TdxError } from './errors.ts';

/** When one part of the collateral is in force: `from` <= now < `until`, seconds since 1970. */
export interface ValidityPart {
  readonly name: string;
  readonly from: number;
  readonly until: number;
}

/** When all parts are: `from` <= now < `until`. Empty, with `from` >= `until`, where two of them never are together. */
export interface ValidityWindow {
  readonly from: number;
  readonly until: number;
  /** Which part begins last and which ends first. */
  readonly fromPart: string;
  readonly untilPart: string;
}

/** `parts` is not empty; of several that bound the window alike, the first is named. */
export const windowOf = (parts: readonly ValidityPart[]): ValidityWindow => {
  const last = parts.reduce((a, b) => (b.from > a.from ? b : a));
  const first = parts.reduce((a, b) => (b.until < a.until ? b : a));
  return { from: last.from, until: first.until, fromPart: last.name, untilPart: first.name };
};

const utc = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');

/** Throws `expired` or `not-yet-valid`. */
export const requireWithin = ({ from, until, fromPart, untilPart }: ValidityWindow, now: number): void => {
  if (now >= until) {
    throw new TdxError('expired', `${untilPart} of the collateral expired at ${utc(until)}`, {
      hint: 'fetch fresh collateral, or check for the time at which the evidence was made',
    });
  }
  if (now < from) throw new TdxError('not-yet-valid', `${fromPart} of the collateral is in force from ${utc(from)}`);
};
