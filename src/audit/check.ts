import type { EvidenceKind } from '../evidence/evidence.ts';
import type { CheckId } from './check-ids.ts';
import type { Context } from './context.ts';
import type { Outcome } from './outcome.ts';
import type { Step } from './steps.ts';

/**
 * When a check has to pass for VERIFIED. `always`; for some kinds of evidence; `when-expected`: where a flag or a policy states a
 * value for it; `never`: it informs. A policy can require any check. A check that fails is never outvoted, required or not.
 */
export type Requirement = 'always' | 'when-expected' | 'never' | readonly EvidenceKind[];

/** One check: what it does and all that `twl explain` and the docs say of it. */
export interface Check {
  readonly id: CheckId;
  readonly step: Step;
  /** A few words for a heading. */
  readonly title: string;
  /** What a pass proves, one or two sentences. */
  readonly proves: string;
  /** From which bytes. */
  readonly from: string;
  /** What has to be true beside for the pass to mean that. */
  readonly assumes: string;
  /** Where the rule comes from. */
  readonly citation: string;
  readonly required: Requirement;
  /** Made only where a policy requires it: it is about a kind of deployment that most are not. */
  readonly isOptional?: true;
  /** Checks that have to pass before this one means anything; else it is not checked, and says so. */
  readonly needs: readonly CheckId[];
  /** Whether a flag or the policy states a value that this check compares with. */
  readonly isExpected?: (context: Context) => boolean;
  readonly run: (context: Context) => Outcome;
}
