import { lint } from '../../../src/audit/lint/lint.ts';
import type { LintReport } from '../../../src/audit/lint/report.ts';
import { EMPTY_POLICY, type Policy } from '../../../src/audit/policy/policy.ts';

export const look = (text: string | Uint8Array, policy: Partial<Policy> = {}, file = 'f'): LintReport =>
  lint(typeof text === 'string' ? Buffer.from(text, 'utf8') : text, file, { ...EMPTY_POLICY, ...policy });

/** Findings as `id line severity path: text`, the information left out unless asked for. */
export const said = ({ findings }: LintReport, withInformation = false): string[] =>
  findings
    .filter(({ severity }) => withInformation || severity !== 'information')
    .map(({ id, line, severity, path, text }) => `${id} ${line ?? '-'} ${severity} ${path}: ${text}`);

/** The state of each check that did not pass. */
export const states = ({ checks }: LintReport): Record<string, string> =>
  Object.fromEntries(checks.flatMap(({ id, state }) => (state === 'passed' ? [] : [[id, state]])));

export const thrownBy = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return error;
  }
};
