import { expect, test } from 'vitest';
import { CHECK_IDS } from '../../../src/audit/check-ids.ts';
import { verdictLine } from '../../../src/audit/report/verdict-line.ts';
import type { CheckResult, Verdict } from '../../../src/audit/result.ts';
import { result, verdict } from './support.ts';

const one = (more: Partial<CheckResult>): CheckResult => result({ id: 'app.id', ...more });
const open = { state: 'not-checked', exit: 13 } as const;

const CASES: readonly [string, Partial<Verdict>][] = [
  ['VERIFIED (0 passed)', {}],
  ['VERIFIED (2 passed)', { checks: [one({}), one({})] }],
  ['VERIFIED (1 passed, 1 not checked)', { checks: [one({}), one({ ...open, required: false })] }],
  ['SIMULATED: VERIFIED (1 passed)', { simulated: true, checks: [one({})] }],
  ['PASSED (attestation only): 1 passed', { word: 'PASSED', only: 'attestation', checks: [one({})] }],
  [
    'SIMULATED: PASSED (runtime only): 1 passed',
    { word: 'PASSED', only: 'runtime', simulated: true, checks: [one({})] },
  ],
  [
    'CONSISTENT (1 passed, 1 not checked): freshness',
    { word: 'CONSISTENT', exit: 13, checks: [one({}), one({ id: 'freshness', ...open })], missing: ['a'] },
  ],
  [
    'CONSISTENT (1 passed): 1 thing is missing for VERIFIED, see above',
    { word: 'CONSISTENT', exit: 13, checks: [one({})], missing: ['a'] },
  ],
  [
    'CONSISTENT (1 passed, 1 not checked): 2 things are missing for VERIFIED, see above',
    { word: 'CONSISTENT', exit: 13, checks: [one({}), one({ ...open, required: false })], missing: ['a', 'b'] },
  ],
  [
    'CONSISTENT (source only): 0 passed; 1 thing is missing for PASSED, see above',
    { word: 'CONSISTENT', exit: 13, only: 'source', missing: ['a'] },
  ],
  [
    'REJECTED (0 passed, 2 failed, 1 not checked): app.id, os.image',
    {
      word: 'REJECTED',
      exit: 10,
      checks: [
        one({ state: 'failed', exit: 10 }),
        one({ id: 'os.image', state: 'failed', exit: 10, required: false }),
        one({ id: 'freshness', ...open }),
      ],
    },
  ],
  [
    'REJECTED (attestation only): 1 passed, 1 failed; quote.parse',
    {
      word: 'REJECTED',
      exit: 10,
      only: 'attestation',
      checks: [one({}), one({ id: 'quote.parse', state: 'failed', exit: 10 })],
    },
  ],
  [
    'NOT BOUND (0 passed, 1 not bound): compose.config-id',
    { word: 'NOT BOUND', exit: 11, checks: [one({ id: 'compose.config-id', state: 'not-bound', exit: 11 })] },
  ],
  [
    'CONSISTENT (0 passed, 3 not checked): freshness, os.acpi',
    {
      word: 'CONSISTENT',
      exit: 13,
      checks: [
        one({ id: 'freshness', ...open }),
        // What stands on one that is named, directly or not, is not named; what stands on one that is not, is.
        one({ ...open, blockedBy: 'freshness' }),
        one({ id: 'os.acpi', ...open, blockedBy: 'quote.parse' }),
      ],
    },
  ],
  [
    'CONSISTENT (0 passed, 7 not checked): quote.parse, quote.signature, quote.tcb, quote.module, quote.debug, eventlog.replay and 1 more',
    { word: 'CONSISTENT', exit: 13, checks: CHECK_IDS.slice(0, 7).map((id) => one({ id, ...open })) },
  ],
  [
    'CONSISTENT (0 passed, 6 not checked): quote.parse, quote.signature, quote.tcb, quote.module, quote.debug, eventlog.replay',
    { word: 'CONSISTENT', exit: 13, checks: CHECK_IDS.slice(0, 6).map((id) => one({ id, ...open })) },
  ],
  [
    'STALE (0 passed, 1 failed): quote.tcb',
    { word: 'STALE', exit: 12, checks: [one({ id: 'quote.tcb', state: 'failed', exit: 12 })] },
  ],
];

test.each(CASES)('%s', (line, given) => {
  expect(verdictLine(verdict(given))).toBe(line);
});
