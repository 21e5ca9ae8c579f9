import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CHECK_IDS, type CheckId } from '../../../src/audit/check-ids.ts';
import type { Check, Requirement } from '../../../src/audit/check.ts';
import { CHECKS } from '../../../src/audit/registry.ts';
import { STEPS, type Step } from '../../../src/audit/steps.ts';

const page = readFileSync(new URL('../../../docs/checks.md', import.meta.url), 'utf8');

type Rule = readonly [Requirement, readonly CheckId[]];

/** Several checks with one rule. */
const all = <Id extends CheckId>(rule: Rule, ...ids: readonly Id[]): Record<Id, Rule> =>
  Object.fromEntries(ids.map((id) => [id, rule])) as Record<Id, Rule>;

const LAUNCHER: readonly CheckId[] = ['compose.launcher'];
/** The checks of the build that do not wait for somebody to expect something. */
const BUILD = [
  'provenance.bundle',
  'provenance.subject',
  'provenance.issuer',
  'provenance.repository',
  'provenance.workflow',
  'provenance.ref',
  'provenance.runner',
  'provenance.trigger',
  'provenance.predicate',
  'provenance.agreement',
] as const;
const PIN: readonly CheckId[] = ['compose.pin', 'compose.pin-bound'];

/** Written down once more: what has to pass, and what stands on what. */
const RULES: Readonly<Record<CheckId, Rule>> = {
  'quote.parse': ['always', []],
  'quote.signature': ['always', ['quote.parse']],
  'quote.tcb': ['always', ['quote.signature']],
  'quote.module': ['always', ['quote.parse']],
  'quote.debug': ['always', ['quote.parse']],
  'eventlog.replay': ['always', ['quote.signature']],
  'eventlog.order': ['always', ['eventlog.replay']],
  'eventlog.later': ['always', ['eventlog.order']],
  'compose.hash': ['always', ['eventlog.order']],
  'compose.config-id': ['never', ['quote.parse']],
  // What means something although nothing is known to be a launcher.
  ...all(['always', ['compose.hash']], 'compose.launcher', 'compose.environment', 'compose.images', 'compose.scripts'),
  'compose.exposure': ['never', ['compose.hash']],
  ...all(
    ['always', LAUNCHER],
    'compose.pin',
    'compose.pin-bound',
    'compose.override',
    'compose.sharing',
    'compose.services',
    'compose.persistence',
    'compose.child-env',
  ),
  'compose.commands': ['never', LAUNCHER],
  'app.id': ['when-expected', ['eventlog.order']],
  'os.image': ['always', ['quote.parse']],
  'os.acpi': ['never', ['quote.parse']],
  'os.development': ['always', ['quote.parse']],
  'kms.identity': ['when-expected', ['eventlog.order']],
  'cert.report-data': [['agent-info', 'near-mpc'], ['quote.parse']],
  freshness: ['when-expected', ['quote.parse']],
  ...all(['never', ['eventlog.replay']], 'mpc.image', 'mpc.compose-hash', 'mpc.measurements'),
  ...all(['never', ['compose.hash']], 'mpc.launcher', 'mpc.app-compose'),
  ...all(['never', ['quote.signature']], 'mpc.tcb', 'mpc.report-data', 'mpc.replay'),
  'mpc.events': ['never', ['eventlog.order']],
  ...all(['always', LAUNCHER], ...BUILD),
  'provenance.commit': ['when-expected', LAUNCHER],
  'provenance.rebuild': ['when-expected', BUILD],
  ...all(['always', PIN], 'source.pin', 'source.commit', 'source.tree', 'source.entry', 'source.reachable'),
  'source.tree-sha256': ['when-expected', PIN],
  'source.signature': ['never', PIN],
  'runtime.receipt': [
    'always',
    [
      'quote.signature',
      'quote.tcb',
      'quote.module',
      'quote.debug',
      'eventlog.order',
      ...PIN,
      'compose.override',
      'compose.environment',
      'compose.sharing',
      'compose.services',
      'compose.scripts',
    ],
  ],
  'runtime.logs': ['never', PIN],
};

/** The step that the checks of an area serve; all others are of the attestation. */
const STEP_OF: Readonly<Record<string, Step>> = {
  provenance: 'provenance',
  source: 'source',
  runtime: 'runtime',
};

test('the registry is the closed list of ids, in its order, each once', () => {
  expect(CHECKS.map(({ id }) => id)).toEqual(CHECK_IDS);
  expect(new Set(CHECK_IDS).size).toBe(CHECK_IDS.length);
});

test('an id is a name that policies and reports can hold', () => {
  for (const id of CHECK_IDS) expect(id).toMatch(/^[a-z]+(?:\.[a-z]+(?:-[a-z0-9]+)*)?$/);
});

describe.each(CHECKS.map((check) => [check.id, check] as const))('%s', (id, check: Check) => {
  test('has to pass where the rules say so, and stands on what they say', () => {
    expect([check.required, check.needs]).toEqual(RULES[id]);
  });

  test('needs only what runs before it', () => {
    const before = CHECK_IDS.slice(0, CHECK_IDS.indexOf(id));
    expect(before).toEqual(expect.arrayContaining([...check.needs]));
  });

  test('tells when it is expected exactly where that decides', () => {
    expect(check.isExpected !== undefined).toBe(check.required === 'when-expected');
  });

  test('serves a step', () => {
    expect(STEPS).toContain(check.step);
    expect(check.step).toBe(STEP_OF[id.split('.')[0] ?? ''] ?? 'attestation');
  });

  test('is on the page with these words', () => {
    const section = page.slice(page.indexOf(`### \`${id}\`: ${check.title}\n`)).split('\n### ')[0];
    expect(section).toContain(`\n\n${check.proves}\n\n- From: ${check.from}.\n- Assumes: ${check.assumes}\n`);
    expect(section).toContain(`\n- Rule: ${check.citation}.\n`);
  });

  test('has sentences that end, and phrases that do not', () => {
    for (const sentence of [check.proves, check.assumes]) expect(sentence).toMatch(/^[A-Z].+[^.]\.$/s);
    for (const phrase of [check.from, check.citation]) expect(phrase).toMatch(/^.+[^.]$/s);
    expect(check.title).toMatch(/^[a-zA-Z].{5,60}[^.]$/);
    for (const text of [check.title, check.proves, check.from, check.assumes, check.citation]) {
      expect(text).toBe(text.trim());
      expect(text).not.toContain('\n');
    }
  });

  test('names only checks that there are', () => {
    const named =
      `${check.proves} ${check.assumes}`.match(
        /\b(?:quote|eventlog|compose|app|os|kms|cert|mpc|provenance|source|runtime)\.[a-z0-9-]+/g,
      ) ?? [];
    for (const name of named) if (!name.endsWith('.json')) expect(CHECK_IDS).toContain(name);
  });
});
