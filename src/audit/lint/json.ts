import { asciiJson } from '../report/ascii-json.ts';
import { INSIDE } from './place.ts';
import type { LintReport } from './report.ts';

/** Which form the document has. A key that is added leaves it as it is; one that changes its meaning, or goes, makes it v2. */
export const LINT_SCHEMA = 'trusted-workload-launcher/lint/v1';

/** A report as one JSON document of ASCII characters: every key is there, `null` where there is nothing. */
export const renderLintJson = (report: LintReport): string => {
  const { file, form, word, exit, composeHash, launchers, pin, checks, findings, notes } = report;
  return asciiJson({
    schema: LINT_SCHEMA,
    file,
    form,
    verdict: word,
    exit,
    compose_hash: composeHash ?? null,
    launchers: launchers.map(({ service, image, digest, program, source }) => {
      return { service, image: image ?? null, digest: digest ?? null, program, source };
    }),
    pin: pin === undefined ? null : { canonical: pin.canonical, origin: pin.origin, line: pin.line ?? null },
    checks: checks.map(({ id, state, reason }) => ({ id, state, reason: reason ?? null })),
    findings: findings.map(({ id, severity, line, path, text, hint }) => {
      const inside = form === 'app-compose' && line !== undefined ? INSIDE : null;
      return { id, severity, file, inside, line: line ?? null, path, text, hint };
    }),
    notes,
  });
};
