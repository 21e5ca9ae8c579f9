import { sameBytes } from '../evidence/bytes.ts';
import { intelRootDer } from '../tdx/intel-root.ts';
import type { Check } from './check.ts';
import type { CheckId } from './check-ids.ts';
import { Context } from './context.ts';
import type { AuditEvidence } from './evidence.ts';
import type { Expectations } from './expectations.ts';
import { factsOf } from './facts.ts';
import { findingsOf } from './findings.ts';
import { missingFor } from './missing.ts';
import { notChecked, type Outcome, thrown } from './outcome.ts';
import { isDispensed } from './profile-mpc/profile.ts';
import { CHECKS } from './registry.ts';
import { materialOf } from './report/material.ts';
import { reserved } from './reservation.ts';
import type { CheckResult, Verdict } from './result.ts';
import { judge } from './verdict.ts';
import { utc } from './wording.ts';

const isDemanded = ({ id }: Check, { expectations: { policy } }: Context): boolean =>
  policy.required.some(({ value }) => value === id);

const isRequired = (check: Check, context: Context): boolean => {
  const { id, required, isExpected } = check;
  if (isDemanded(check, context)) return true;
  if (isDispensed(id, context)) return false;
  if (required === 'when-expected') return isExpected?.(context) === true;
  return required === 'always' || (Array.isArray(required) && required.includes(context.evidence.kind));
};

/** The first check that this one stands on and that did not pass; one that was not even run did not. */
const unmetNeed = ({ needs }: Check, done: ReadonlyMap<CheckId, CheckResult>): CheckId | undefined =>
  needs.find((id) => done.get(id)?.state !== 'passed');

const runOne = (check: Check, context: Context, done: ReadonlyMap<CheckId, CheckResult>): Outcome => {
  const unmet = unmetNeed(check, done);
  if (unmet !== undefined) {
    return { ...notChecked({ summary: `it stands on ${unmet}, which did not pass` }), blockedBy: unmet };
  }
  try {
    return check.run(context);
  } catch (error) {
    return thrown(error);
  }
};

const toResult = (
  check: Check,
  { origins = [], details = [], lacksRoot: _, ...rest }: Outcome,
  required: boolean,
): CheckResult => ({
  ...rest,
  id: check.id,
  step: check.step,
  required,
  origins,
  details,
});

/** The check at the bottom of what this one stands on. */
const bottomOf = (id: CheckId, done: ReadonlyMap<CheckId, CheckResult>): CheckResult => {
  const result = done.get(id)!;
  return result.blockedBy === undefined ? result : bottomOf(result.blockedBy, done);
};

/** Of a check that stands on one of a step that is not reported: what is the matter there, since nobody would be told otherwise. */
const withHidden = (result: CheckResult, done: ReadonlyMap<CheckId, CheckResult>): CheckResult => {
  const { blockedBy, step } = result;
  if (blockedBy === undefined || done.get(blockedBy)!.step === step) return result;
  const { id, summary, hint } = bottomOf(blockedBy, done);
  return { ...result, blockedBy: id, details: [`${id}: ${summary}`], ...(hint === undefined ? {} : { hint }) };
};

/**
 * Holds evidence against expectations: every check of the registry, and what they come to. Pure: no I/O, no clock but the one in
 * the expectations (timings aside). It never throws for what is in the evidence: an exception in a check is a failed check.
 */
export const verify = (evidence: AuditEvidence, expectations: Expectations): Verdict => {
  const context = new Context(evidence, expectations);
  const done = new Map<CheckId, CheckResult>();
  const timings: Record<string, number> = {};
  for (const check of CHECKS) {
    if (check.isOptional && !isDemanded(check, context)) continue;
    const start = performance.now();
    const isPassed = (id: CheckId): boolean => done.get(id)?.state === 'passed';
    const outcome = reserved(check.id, runOne(check, context, done), evidence.saved, isPassed);
    done.set(check.id, toResult(check, outcome, isRequired(check, context)));
    timings[check.id] = performance.now() - start;
  }
  const { now, only, root } = expectations;
  const shown = [...done.values()].filter(({ step }) => only === undefined || step === only);
  const checks = only === undefined ? shown : shown.map((result) => withHidden(result, done));
  const verdict = judge(checks, expectations);
  return {
    ...verdict,
    target: evidence.target,
    // Whatever the caller says: only Intel's root is Intel's.
    simulated:
      root.simulated ||
      !sameBytes(root.der, intelRootDer()) ||
      (expectations.sigstoreRoots ?? []).some(({ simulated }) => simulated),
    only,
    at: utc(now.value),
    atSource: now.source,
    checks,
    findings: findingsOf(context),
    missing: verdict.exit === 0 ? [] : missingFor(checks, context),
    facts: factsOf(context),
    ...materialOf(context),
    timings,
  };
};
