import { escapeText } from '../../base/escape.ts';
import { PolicyError } from './errors.ts';
import type { Admission, Exception, Stated } from './policy.ts';

/** Both places of what two layers state alike. */
export const bothSources = (a: string, b: string): string => (a === b ? a : `${a} and ${b}`);

const listed = (sources: readonly { source: string }[]): string =>
  sources.map(({ source }) => escapeText(source)).join('; ');

const sourceOf = (stated: readonly { source: string }[]): string => stated[0]?.source ?? '';

const TIGHTEN = 'a later policy may only tighten an earlier one';

/** `what` that both layers state and that has nothing in common. */
export const noOverlap = (
  what: string,
  earlier: readonly { source: string }[],
  later: readonly { source: string }[],
): PolicyError =>
  new PolicyError('no-overlap', `no ${what} satisfies both (${listed(earlier)}) and (${listed(later)})`, {
    hint: `${TIGHTEN}: name in it some of what the earlier one names`,
  });

/** `source` lets something pass that nothing before it does; `what` is free of raw control characters. */
export const loosens = (
  source: string,
  what: string,
  hint = 'accept it in the earlier one, or remove it',
): PolicyError => new PolicyError('loosens', `${escapeText(source)} accepts ${what}`, { hint: `${TIGHTEN}: ${hint}` });

/**
 * `source` states `key`, on which nothing before it has a say. Whoever writes the later layer would vouch for himself: a value that it alone
 * states would make a check pass that nobody before it could have passed.
 */
export const vouches = (source: string, key: string): PolicyError =>
  new PolicyError('loosens', `${escapeText(source)} states ${key}, which the policy before it leaves open`, {
    hint: `${TIGHTEN}: state ${key} in the earlier one, or remove it; what a later one alone states would vouch for itself`,
  });

/** What both layers expect; a later one has no say on what no earlier one states. `join` gives what two values have in common, undefined where that is nothing. */
export const overlap = <T>(
  what: string,
  earlier: readonly Stated<T>[] | undefined,
  later: readonly Stated<T>[] | undefined,
  join: (a: T, b: T) => T | undefined,
): readonly Stated<T>[] | undefined => {
  if (later === undefined) return earlier;
  if (earlier === undefined) throw vouches(sourceOf(later), what);
  const common = earlier.flatMap((a) =>
    later.flatMap((b): Stated<T>[] => {
      const value = join(a.value, b.value);
      return value === undefined ? [] : [{ value, source: bothSources(a.source, b.source) }];
    }),
  );
  if (common.length > 0) return common;
  throw noOverlap(what, earlier, later);
};

/** How two layers' lists of what is let pass are compared and told. */
export interface Rule<T> {
  readonly what: string;
  readonly show: (value: T) => string;
  /** Whether all that `one` lets pass is let pass by `held` too. */
  readonly covers: (held: T, one: T) => boolean;
}

/** For values that are told apart by themselves. */
export const byValue = <T extends string>(what: string): Rule<T> => ({
  what,
  show: (value) => value,
  covers: (held, one) => held === one,
});

/**
 * The admissions that both layers make. A layer that makes none says nothing of them; one that makes some keeps only these. One
 * that the earlier layer does not hold would loosen it.
 */
export const fewer = <T, A extends Admission<T>>(
  { what, show, covers }: Rule<T>,
  earlier: readonly A[],
  later: readonly A[],
  check: (held: A, one: A, shown: string) => void = () => {},
): readonly A[] => {
  if (later.length === 0) return earlier;
  return later.map((one) => {
    const held = earlier.find(({ value }) => covers(value, one.value));
    const shown = `${what} ${escapeText(show(one.value))}`;
    if (held === undefined) throw loosens(one.source, `${shown}, which the policy before it does not`);
    check(held, one, shown);
    return { ...one, source: bothSources(held.source, one.source) };
  });
};

/** The same for exceptions, which also must not last longer. */
export const fewerExceptions = <T extends string>(
  what: string,
  earlier: readonly Exception<T>[],
  later: readonly Exception<T>[],
): readonly Exception<T>[] =>
  fewer<T, Exception<T>>(byValue(what), earlier, later, (held, one, shown) => {
    if (one.until <= held.until) return;
    const hint = 'end it no later than the earlier one does';
    throw loosens(one.source, `${shown} for longer than ${escapeText(held.source)} does`, hint);
  });
