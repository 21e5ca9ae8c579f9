import { EXIT, type ExitCode } from '../base/exit-codes.ts';
import type { CheckId } from './check-ids.ts';
import { notChecked, type Outcome } from './outcome.ts';

/**
 * What is held back of a check on evidence that was saved: it can only make an outcome weaker or say more of it, never turn one into a pass.
 * `pass`: a pass counts as not made, since what it stands on is a statement that nobody can prove later; what fails, fails. `other`: all but a
 * pass counts as not made, since a root was not believed that the evidence needs; but not where the check `unless` passed, which shows
 * that it needs none. `no-root`: a failure for want of a root alone, since that of the evidence was not believed; what is signed under one that
 * is believed and says other things than were expected, fails. `dated`: a pass stays one and says as of when.
 */
export type Reservation =
  | {
      readonly on: 'pass' | 'other' | 'no-root';
      readonly summary: string;
      readonly hint: string;
      readonly exit?: ExitCode;
      readonly details?: readonly string[];
      readonly unless?: CheckId;
    }
  | { readonly on: 'dated'; readonly remark: string };

/** What is held back of the checks, by their ids: of several, each. */
export type Reservations = Readonly<Partial<Record<CheckId, Reservation | readonly Reservation[]>>>;

/** Both: of a check that either holds something back of, what each does. */
export const bothReservations = (one: Reservations, other: Reservations): Reservations => {
  const ids = Object.keys({ ...one, ...other }) as CheckId[];
  return Object.fromEntries(ids.map((id) => [id, [one[id] ?? [], other[id] ?? []].flat()]));
};

/** What the reader of saved evidence should know, and of which checks. */
export interface SavedTerms {
  readonly reservations: Reservations;
  /** For checks that failed because something expired: up to when it held, and how to judge it as of then. Undefined with `--at`. */
  readonly staleHint: string | undefined;
}

const withStaleHint = (outcome: Outcome, hint: string | undefined): Outcome =>
  hint !== undefined && outcome.state === 'failed' && outcome.exit === EXIT.stale ? { ...outcome, hint } : outcome;

/** Whether a reservation is about such an outcome. */
const holds = (
  { on, unless }: Exclude<Reservation, { on: 'dated' }>,
  { state, lacksRoot }: Outcome,
  isPassed: (id: CheckId) => boolean,
): boolean => {
  if (on === 'no-root') return lacksRoot === true;
  if (unless !== undefined && isPassed(unless)) return false;
  return (on === 'pass') === (state === 'passed');
};

const heldBack = (
  outcome: Outcome,
  { summary, hint, exit, details = [] }: Exclude<Reservation, { on: 'dated' }>,
): Outcome => {
  const { expected, found, source, origins } = outcome;
  return notChecked(
    {
      summary,
      hint,
      details: [...details, ...(outcome.state === 'passed' ? [] : [outcome.summary]), ...(outcome.details ?? [])],
      ...(expected === undefined ? {} : { expected }),
      ...(found === undefined ? {} : { found }),
      ...(source === undefined ? {} : { source }),
      ...(origins === undefined ? {} : { origins }),
    },
    exit,
  );
};

/**
 * An outcome under these terms. One of a check that was not made, since it stands on another one, stays.
 * @param isPassed whether a check that was made before passed
 */
export const reserved = (
  id: CheckId,
  outcome: Outcome,
  terms: SavedTerms | undefined,
  isPassed: (id: CheckId) => boolean = () => false,
): Outcome => {
  if (terms === undefined || outcome.blockedBy !== undefined) return outcome;
  for (const reservation of [terms.reservations[id] ?? []].flat()) {
    if (reservation.on === 'dated') {
      if (outcome.state === 'passed') return { ...outcome, summary: `${outcome.summary}, ${reservation.remark}` };
    } else if (holds(reservation, outcome, isPassed)) {
      return heldBack(outcome, reservation);
    }
  }
  return withStaleHint(outcome, terms.staleHint);
};
