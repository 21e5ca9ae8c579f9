import { BaseError, messageOf } from '../base/error.ts';
import { EXIT } from '../base/exit-codes.ts';
import { PROVENANCE_CHECK_IDS, type ProvenanceCheck, type ProvenanceCheckId, type ProvenanceChecks } from './result.ts';

interface Remarks {
  readonly expected?: string;
  readonly found?: string;
  readonly hint?: string;
}

export const passed = (summary: string, remarks: Remarks = {}): ProvenanceCheck => ({
  state: 'passed',
  exit: EXIT.ok,
  summary,
  ...remarks,
});

export const failed = (summary: string, remarks: Remarks = {}): ProvenanceCheck => ({
  state: 'failed',
  exit: EXIT.rejected,
  summary,
  ...remarks,
});

export const notChecked = (summary: string, remarks: Remarks = {}): ProvenanceCheck => ({
  state: 'not-checked',
  exit: EXIT.incomplete,
  summary,
  ...remarks,
});

/** An exception while checking: a failed check, never a skipped one. */
export const broken = (error: unknown): ProvenanceCheck => {
  if (!(error instanceof BaseError)) {
    const summary = `the check itself broke (${messageOf(error)})`;
    return {
      state: 'failed',
      exit: EXIT.internal,
      summary,
      hint: 'please report this, with the bundle if it is public',
    };
  }
  return {
    state: 'failed',
    exit: error.exitCode,
    summary: error.message,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  };
};

/** `first` under its id, and every other check not made for the same `reason`. */
export const onlyBundle = (first: ProvenanceCheck, reason: string): ProvenanceChecks => {
  const checks = PROVENANCE_CHECK_IDS.map((id) => [id, id === 'provenance.bundle' ? first : notChecked(reason)]);
  return Object.fromEntries(checks) as Record<ProvenanceCheckId, ProvenanceCheck>;
};
