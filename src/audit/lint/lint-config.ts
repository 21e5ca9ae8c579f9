import { checkCommands } from '../../compose/checks/commands.ts';
import {
  COMPOSE_CHECK_IDS,
  type ComposeCheckId,
  type ComposeResult,
  failing,
  notChecked,
  resultOf,
} from '../../compose/findings.ts';
import { LAUNCHER_PROGRAMS } from '../../compose/programs.ts';
import { canonicalPin } from '../../pin/canonical.ts';
import { parsePin } from '../../pin/parse.ts';
import { adviceFor } from './advice.ts';
import { otherDefaults } from './other-defaults.ts';
import { outcomeOf } from './outcome.ts';
import type { LintCheck, LintFinding, LintReport } from './report.ts';

/** A config alone does not say which name the launcher is called by; where that matters it is said. */
const PROGRAM = 'trusted-workload-launcher';
const { defaults } = LAUNCHER_PROGRAMS[PROGRAM];

/** What a config has no say in is told as that, and not as passed. */
const stateOf = (id: ComposeCheckId, made: Partial<Record<ComposeCheckId, ComposeResult>>): LintCheck => {
  const result = made[id];
  if (result === undefined) {
    return { id, state: 'not-applicable', reason: 'a config says nothing of it; lint the compose file' };
  }
  const reason = result.state === 'not-checked' ? result.findings[0]?.text : undefined;
  return { id, state: result.state, reason };
};

/** Looks at a config by the launcher's own parser. Every error is a finding with its line. */
export const lintConfig = (bytes: Uint8Array, file: string): LintReport => {
  const parsed = parsePin(bytes, { source: file, defaults });
  const errors = parsed.ok ? [] : parsed.errors;
  const place = { line: undefined, path: '' };
  const wrong = errors.map(({ message, line, hint }): LintFinding => {
    const text = message.split('\n')[0]!;
    return {
      id: 'compose.pin',
      ...failing({ line, path: '' }, text),
      hint: hint ?? adviceFor('compose.pin', 'failed'),
    };
  });
  const inline = { ...place, text: '', origin: file, firstLine: 1 };
  const commands = parsed.ok ? checkCommands(parsed.pin, inline) : [];
  const made = {
    'compose.pin': resultOf(wrong),
    'compose.commands': parsed.ok ? resultOf(commands) : notChecked('there is no pin to look at'),
  };
  const checks = COMPOSE_CHECK_IDS.map((id) => stateOf(id, made));
  const told = commands.map((finding): LintFinding => {
    return { id: 'compose.commands', ...finding, hint: adviceFor('compose.commands', finding.severity) };
  });
  const canonical = parsed.ok ? canonicalPin(parsed.pin) : undefined;
  return {
    file,
    form: 'config',
    ...outcomeOf(checks),
    composeHash: undefined,
    launchers: [],
    pin: canonical === undefined ? undefined : { canonical, origin: file, line: undefined },
    checks,
    findings: [...wrong, ...told],
    notes: otherDefaults(bytes, file, PROGRAM),
  };
};
