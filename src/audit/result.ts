import type { ExitCode } from '../base/exit-codes.ts';
import type { CheckId } from './check-ids.ts';
import type { Step } from './steps.ts';

/** Only `passed` counts. `not-bound`: shown, but the evidence does not cover it. */
export type CheckState = 'passed' | 'failed' | 'not-checked' | 'not-bound';

/** What one check came to. All strings may hold text of the evidence, unescaped: whoever prints escapes. */
export interface CheckResult {
  readonly id: CheckId;
  readonly step: Step;
  /** A required check that did not pass keeps the verdict from VERIFIED; one that failed does so whether required or not. */
  readonly required: boolean;
  readonly state: CheckState;
  /** The exit code that this result calls for; 0 where it passed. */
  readonly exit: ExitCode;
  /** One sentence without a final stop: what was found out, or why not. */
  readonly summary: string;
  readonly expected?: string;
  readonly found?: string;
  /** Where the expected value came from: always from outside of what it is compared with. */
  readonly source?: string;
  /** Where the bytes that were looked at came from. */
  readonly origins: readonly string[];
  /** Further lines: which event, which register, which line. */
  readonly details: readonly string[];
  /** What to do next, one sentence. */
  readonly hint?: string;
}

/** Something a reader should know that is no check of its own: it fails nothing and is never hidden. */
export interface Finding {
  /** Stable, `area.name`, so that a policy can accept it. */
  readonly id: string;
  readonly text: string;
  /** Why a policy accepts it, and which one. */
  readonly accepted?: { readonly reason: string; readonly source: string };
}

/** What the evidence as a whole comes to. */
export type VerdictWord =
  | 'VERIFIED'
  | 'PASSED'
  | 'CONSISTENT'
  | 'REJECTED'
  | 'NOT BOUND'
  | 'STALE'
  | 'UNSUPPORTED'
  | 'MALFORMED'
  | 'UNAVAILABLE'
  | 'ENVIRONMENT'
  | 'INTERNAL ERROR';

export interface Verdict {
  readonly word: VerdictWord;
  readonly exit: ExitCode;
  readonly target: string;
  /** Everything printed says SIMULATED: the hardware was pretended (`--mock-root`). */
  readonly simulated: boolean;
  /** The step that was asked for alone. */
  readonly only: Step | undefined;
  /** The time it was judged for, ISO 8601 in UTC, and where that came from. */
  readonly at: string;
  readonly atSource: string;
  readonly checks: readonly CheckResult[];
  readonly findings: readonly Finding[];
  /** What would have to be given or done for VERIFIED, one sentence each; empty where it is. */
  readonly missing: readonly string[];
  /** What the evidence showed about the deployment, name to value, for the reader and for a first policy. */
  readonly facts: Readonly<Record<string, string>>;
  /** Milliseconds each check took. */
  readonly timings: Readonly<Record<string, number>>;
}
