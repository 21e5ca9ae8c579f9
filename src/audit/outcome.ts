import { BaseError } from '../base/error.ts';
import { EXIT, type ExitCode } from '../base/exit-codes.ts';
import type { CheckId } from './check-ids.ts';
import type { CheckState } from './result.ts';

/** What a check has to say beside its state. All strings may hold text of the evidence, unescaped. */
export interface Remarks {
  /** One sentence without a final stop. */
  readonly summary: string;
  readonly expected?: string;
  readonly found?: string;
  /** Where the expected value came from. */
  readonly source?: string;
  /** Where the bytes that were looked at came from. */
  readonly origins?: readonly string[];
  readonly details?: readonly string[];
  readonly hint?: string;
}

/** What one check came to, before it is known whether it was required. */
export interface Outcome extends Remarks {
  readonly state: CheckState;
  readonly exit: ExitCode;
  readonly blockedBy?: CheckId;
  /** It failed for want of a root that vouches for the signature, and for nothing that was signed. */
  readonly lacksRoot?: true;
}

export const passed = (remarks: Remarks): Outcome => ({ ...remarks, state: 'passed', exit: EXIT.ok });

/** Bytes contradict: of the evidence among themselves, or of the evidence and an expectation. */
export const failed = (remarks: Remarks, exit: ExitCode = EXIT.rejected): Outcome => ({
  ...remarks,
  state: 'failed',
  exit,
});

/** Nothing was found wrong and nothing was shown: the summary says why. */
export const notChecked = (remarks: Remarks, exit: ExitCode = EXIT.incomplete): Outcome => ({
  ...remarks,
  state: 'not-checked',
  exit,
});

/** There is a value, and nothing that was signed covers it. */
export const notBound = (remarks: Remarks): Outcome => ({ ...remarks, state: 'not-bound', exit: EXIT.notBound });

/**
 * An exception while checking: a failed check, never a skipped one. What is no error of ours is a mistake in the program that
 * the evidence brought out, and is said to be one.
 */
export const thrown = (error: unknown): Outcome => {
  if (error instanceof BaseError) {
    const [summary = '', ...details] = error.message.split('\n');
    return failed({ summary, details, ...(error.hint === undefined ? {} : { hint: error.hint }) }, error.exitCode);
  }
  const name = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return failed(
    { summary: `the check itself broke (${name})`, hint: 'please report this, with the evidence if it is public' },
    EXIT.internal,
  );
};
