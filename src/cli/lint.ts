import { renderLintJson } from '../audit/lint/json.ts';
import { lint, MAX_LINT_BYTES } from '../audit/lint/lint.ts';
import { renderLintText } from '../audit/lint/text.ts';
import { EMPTY_POLICY } from '../audit/policy/policy.ts';
import type { ExitCode } from '../base/exit-codes.ts';
import { readFile } from './read-file.ts';
import type { LintRequest } from './request.ts';
import type { Terminal } from './terminal.ts';

/** `twl lint`: the report as it was asked for, and the status that goes with it. Throws CliError `file-*`, LintError, PolicyError. */
export const runLint = async (
  { file, policies, json }: LintRequest,
  { color, width }: Terminal,
): Promise<{ text: string; exit: ExitCode }> => {
  // Only who has a policy waits for what reads one.
  const policy = policies.length === 0 ? EMPTY_POLICY : (await import('./policies.ts')).readPolicies(policies);
  const report = lint(readFile('FILE', file, MAX_LINT_BYTES), file, policy);
  const text = json
    ? renderLintJson(report)
    : renderLintText(report, { color, ...(width === undefined ? {} : { width }) });
  return { text, exit: report.exit };
};
