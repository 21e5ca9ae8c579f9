import type { CheckResult, Finding, Verdict } from '../result.ts';
import { countStates } from './counts.ts';
import { asciiJson } from './ascii-json.ts';
import { materialReport } from './material-json.ts';
import type { CheckReport, FindingReport, VerdictReport } from './schema.ts';
import { VERDICT_SCHEMA } from './schema-id.ts';

const ofCheck = (result: CheckResult): CheckReport => ({
  id: result.id,
  step: result.step,
  required: result.required,
  state: result.state,
  exit: result.exit,
  blocked_by: result.blockedBy ?? null,
  summary: result.summary,
  expected: result.expected ?? null,
  found: result.found ?? null,
  source: result.source ?? null,
  origins: [...result.origins],
  details: [...result.details],
  hint: result.hint ?? null,
});

const ofFinding = ({ id, text, path, line, accepted }: Finding): FindingReport => ({
  id,
  text,
  path: path ?? null,
  line: line ?? null,
  accepted: accepted === undefined ? null : { reason: accepted.reason, source: accepted.source },
});

/** A verdict as plain data of the published form: every key is there, in this order, `null` where there is nothing. */
export const verdictReport = (verdict: Verdict, { timings }: { timings: boolean }): VerdictReport => {
  const counts = countStates(verdict.checks);
  return {
    schema: VERDICT_SCHEMA,
    simulated: verdict.simulated,
    verdict: verdict.word,
    exit: verdict.exit,
    target: verdict.target,
    only: verdict.only ?? null,
    at: verdict.at,
    at_source: verdict.atSource,
    counts: {
      passed: counts.passed,
      failed: counts.failed,
      not_bound: counts['not-bound'],
      not_checked: counts['not-checked'],
    },
    checks: verdict.checks.map(ofCheck),
    findings: verdict.findings.map(ofFinding),
    ...materialReport(verdict),
    missing: [...verdict.missing],
    facts: { ...verdict.facts },
    timings_ms: timings ? { ...verdict.timings } : null,
  };
};

/** A verdict as one JSON document of ASCII characters, with a line feed at the end; times only where they are asked for. */
export const renderJson = (verdict: Verdict, { timings = false }: { timings?: boolean } = {}): string =>
  asciiJson(verdictReport(verdict, { timings }));
