import { expect, test } from 'vitest';
import { adviceFor } from '../../../src/audit/lint/advice.ts';
import { decisive, outcomeOf } from '../../../src/audit/lint/outcome.ts';
import type { LintCheck } from '../../../src/audit/lint/report.ts';
import { COMPOSE_CHECK_IDS, type ComposeCheckId, type Severity } from '../../../src/compose/findings.ts';

const check = (id: ComposeCheckId, state: LintCheck['state']): LintCheck => ({ id, state, reason: undefined });

const PASSED = check('compose.images', 'passed');
const FAILED = check('compose.override', 'failed');
const UNBOUND = check('compose.pin-bound', 'not-bound');
const PIN = check('compose.pin', 'failed');
const OPEN = check('compose.pin', 'not-checked');
const NOT_APPLICABLE = check('compose.scripts', 'not-applicable');

test.each<[LintCheck[], string, number, ComposeCheckId[]]>([
  [[], 'CLEAN', 0, []],
  [[PASSED, NOT_APPLICABLE], 'CLEAN', 0, []],
  [[OPEN, PASSED], 'INCOMPLETE', 13, ['compose.pin']],
  [[OPEN, PIN], 'MALFORMED', 30, ['compose.pin']],
  [[UNBOUND, PIN, OPEN], 'NOT BOUND', 11, ['compose.pin-bound']],
  [[UNBOUND, PIN, FAILED, OPEN], 'REJECTED', 10, ['compose.override']],
])('%j is %s', (checks, word, exit, ids) => {
  expect(outcomeOf(checks)).toEqual({ word, exit });
  expect(decisive(checks, outcomeOf(checks).exit).map(({ id }) => id)).toEqual(ids);
});

test('there is something to do about every kind of finding, in one sentence', () => {
  for (const id of COMPOSE_CHECK_IDS) {
    for (const severity of ['failed', 'not-bound', 'information'] satisfies Severity[]) {
      expect(adviceFor(id, severity)).toMatch(/^[a-z].*[^.]$/);
    }
  }
});
