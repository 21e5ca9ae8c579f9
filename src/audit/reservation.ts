import { EXIT, type ExitCode } from '../base/exit-codes.ts';
import type { CheckId } from './check-ids.ts';
import { notChecked, type Outcome } from './outcome.ts';

/**
 * What is held back of a check on evidence that was saved: it can only make an outcome weaker or say more of it, never turn one into a pass.
 * `pass`: a pass counts as not made, since what it stands on is a statement that nobody can prove later; what fails, fails. `other`: all but a
 * pass counts as not made, since a root was not believed that the evidence needs. `dated`: a pass stays one and says as of when.
 */
export type Reservation =
  | {
      readonly on: 'pass' | 'other';
      readonly summary: string;
      readonly hint: string;
      readonly exit?: ExitCode;
      readonly details?: readonly string[];
    }
  | { readonly on: 'dated'; readonly remark: string };

/** What is held back of the checks, by their ids. */
export type Reservations = Readonly<Partial<Record<CheckId, Reservation>>>;

/** What the reader of saved evidence should know, and of which checks. */
export interface SavedTerms {
  readonly reservations: Reservations;
  /** For checks that failed because something expired: up to when it held, and how to judge it as of then. Undefined with `--at`. */
  readonly staleHint: string | undefined;
}

const withStaleHint = (outcome: Outcome, hint: string | undefined): Outcome =>
  hint !== undefined && outcome.state === 'failed' && outcome.exit === EXIT.stale ? { ...outcome, hint } : outcome;

/** An outcome under these terms. One of a check that was not made, since it stands on another one, stays. */
export const reserved = (id: CheckId, outcome: Outcome, terms: SavedTerms | undefined): Outcome => {
  if (terms === undefined || outcome.blockedBy !== undefined) return outcome;
  const reservation = terms.reservations[id];
  if (reservation === undefined) return withStaleHint(outcome, terms.staleHint);
  const isPass = outcome.state === 'passed';
  if (reservation.on === 'dated') {
    if (!isPass) return withStaleHint(outcome, terms.staleHint);
    return { ...outcome, summary: `${outcome.summary}, ${reservation.remark}` };
  }
  if ((reservation.on === 'pass') !== isPass) return withStaleHint(outcome, terms.staleHint);
  const { summary, hint, exit, details = [] } = reservation;
  const { expected, found, source, origins } = outcome;
  return notChecked(
    {
      summary,
      hint,
      details: [...details, ...(isPass ? [] : [outcome.summary]), ...(outcome.details ?? [])],
      ...(expected === undefined ? {} : { expected }),
      ...(found === undefined ? {} : { found }),
      ...(source === undefined ? {} : { source }),
      ...(origins === undefined ? {} : { origins }),
    },
    exit,
  );
};
