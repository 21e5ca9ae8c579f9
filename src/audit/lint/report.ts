import type { RecognisedLauncher } from '../recognise-launchers.ts';
import type { ExitCode } from '../../base/exit-codes.ts';
import type { ComposeCheckId, ComposeFinding, ComposeResult } from '../../compose/findings.ts';
import type { LintForm } from './form.ts';

export interface LintFinding extends ComposeFinding {
  readonly id: ComposeCheckId;
  /** What to do, one sentence. */
  readonly hint: string;
}

export interface LintCheck {
  readonly id: ComposeCheckId;
  /** `not-applicable`: a file of this form says nothing of it. */
  readonly state: ComposeResult['state'] | 'not-applicable';
  /** Why it was not made, or which part of it was not. */
  readonly reason: string | undefined;
}

export interface LintPin {
  /** `canonicalPin`, every default written out. */
  readonly canonical: string;
  /** What the launcher reads it from: a path, or the name of its variable. */
  readonly origin: string;
  /** 1-based, of the compose text; undefined for a config, which is the pin from its first line on. */
  readonly line: number | undefined;
}

export const LINT_WORDS = ['CLEAN', 'REJECTED', 'NOT BOUND', 'MALFORMED', 'INCOMPLETE'] as const;

/** All that is to be said of a file before it is deployed. */
export interface LintReport {
  /** As the caller named it, unescaped. */
  readonly file: string;
  readonly form: LintForm;
  readonly word: (typeof LINT_WORDS)[number];
  readonly exit: ExitCode;
  /** Of an app-compose: SHA-256 of its bytes, which is what is measured. */
  readonly composeHash: string | undefined;
  readonly launchers: readonly RecognisedLauncher[];
  readonly pin: LintPin | undefined;
  /** One for each id, in the order of `COMPOSE_CHECK_IDS`. */
  readonly checks: readonly LintCheck[];
  /** In the order of the checks, and of the lines. */
  readonly findings: readonly LintFinding[];
  /** What a reader should know beside the findings. */
  readonly notes: readonly string[];
}
