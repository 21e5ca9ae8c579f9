import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { renderJson, verdictReport } from '../../../src/audit/report/json.ts';
import { verdictJsonSchema, verdictSchema } from '../../../src/audit/report/schema.ts';
import type { Verdict } from '../../../src/audit/result.ts';
import { HASH_A, HASH_B, material, rejected, result, verdict } from './support.ts';

const parsed = (given: Verdict, timings = false): unknown => JSON.parse(renderJson(given, { timings }));

test('a rejected deployment, whole', () => {
  const nothing = { blocked_by: null, expected: null, found: null, source: null, origins: [], details: [], hint: null };
  const step = 'attestation';
  expect(parsed(rejected({ simulated: true }), true)).toEqual({
    schema: 'trusted-workload-launcher/verdict/v1',
    simulated: true,
    verdict: 'REJECTED',
    exit: 10,
    target: 'info.json',
    only: null,
    at: '2026-08-13T09:20:00.000Z',
    at_source: '--at',
    counts: { passed: 2, failed: 1, not_bound: 1, not_checked: 2 },
    checks: [
      {
        ...nothing,
        id: 'quote.parse',
        step,
        required: true,
        state: 'passed',
        exit: 0,
        summary: 'TDX quote, version 4',
        origins: ['saved answer info.json'],
      },
      {
        ...nothing,
        id: 'app.id',
        step,
        required: true,
        state: 'passed',
        exit: 0,
        summary: 'the app id is the expected one',
        expected: 'ab',
        found: 'ab',
        source: '--app-id',
      },
      {
        id: 'compose.hash',
        step,
        required: true,
        state: 'failed',
        exit: 10,
        blocked_by: null,
        summary: 'the event log holds the hash of another app-compose',
        expected: HASH_A,
        found: HASH_B,
        source: '--compose docker-compose.yml',
        origins: ['saved answer info.json, tcb_info.app_compose', 'event compose-hash'],
        details: ['event 24 of RTMR3', 'SHA-256 over 1,204 bytes'],
        hint: 'compare with the file that was deployed',
      },
      {
        ...nothing,
        id: 'compose.config-id',
        step,
        required: false,
        state: 'not-bound',
        exit: 11,
        summary: 'mr_config_id is zero',
      },
      {
        ...nothing,
        id: 'freshness',
        step,
        required: false,
        state: 'not-checked',
        exit: 13,
        summary: 'no nonce was asked for',
      },
      {
        ...nothing,
        id: 'os.image',
        step: 'runtime',
        required: true,
        state: 'not-checked',
        exit: 13,
        summary: 'no image was expected',
      },
    ],
    findings: [
      {
        id: 'compose.persistence',
        text: 'the root file system can be written',
        path: null,
        line: null,
        accepted: null,
      },
      {
        id: 'tcb.advisory',
        text: 'INTEL-SA-01000',
        path: null,
        line: null,
        accepted: { reason: 'microcode follows in May', source: 'policy org.toml, line 3' },
      },
    ],
    launcher: null,
    build: null,
    pin: null,
    commands: null,
    entry_script: null,
    since: null,
    missing: ['give --repo and --commit', 'give a policy with an os_image'],
    facts: { app_id: 'ab', compose_hash: HASH_B },
    timings_ms: { 'quote.parse': 0.2345, 'compose.hash': 12.25 },
  });
});

test('the keys are all there and in one order, whatever the verdict', () => {
  const keys = Object.keys(parsed(rejected()) as object);
  expect(keys.join(' ')).toBe(
    'schema simulated verdict exit target only at at_source counts checks findings launcher build pin commands entry_script since missing facts timings_ms',
  );
  expect(Object.keys(parsed(verdict({ only: 'source' })) as object)).toEqual(keys);
});

test('all that evidence led to', () => {
  const { launcher, build, pin, commands, entryScript, since } = material;
  const { commit, added, removed, changed, lines } = since;
  const [a, b, c] = since.paths;
  expect(parsed(verdict(material))).toMatchObject({
    launcher: { ...launcher },
    build: { ...build },
    pin: [...pin],
    commands: { ...commands },
    entry_script: { ...entryScript, note: null },
    since: {
      commit,
      note: null,
      hint: null,
      changes: {
        added,
        removed,
        changed,
        paths: [
          { path: 'a', before: null, after: { ...a.after, size: null } },
          { path: 'b', before: { ...b.before }, after: { ...b.after } },
          { path: 'c', before: { ...c.before }, after: null },
        ],
        lines: [...lines],
      },
    },
  });
});

test.each([
  [{ entryScript: { path: 'a', size: 3, note: 'n' } }, { entry_script: { path: 'a', size: 3, text: null, note: 'n' } }],
  [{ entryScript: { path: 'a', size: 0, text: '' } }, { entry_script: { path: 'a', size: 0, text: '', note: null } }],
  [{ commands: { run: 'a' } }, { commands: { install: null, run: 'a' } }],
  [{ since: { note: 'n' } }, { since: { commit: null, note: 'n', hint: null, changes: null } }],
  [{ since: { note: 'n', hint: 'h' } }, { since: { commit: null, note: 'n', hint: 'h', changes: null } }],
  [
    { since: { commit: 'c', added: 0, removed: 0, changed: 0, paths: [] } },
    {
      since: {
        commit: 'c',
        note: null,
        hint: null,
        changes: { added: 0, removed: 0, changed: 0, paths: [], lines: null },
      },
    },
  ],
])('what is not there is null: %j', (given, report) => {
  expect(parsed(verdict(given))).toMatchObject(report);
  expect(verdictSchema.safeParse(verdictReport(verdict(given), { timings: false })).success).toBe(true);
});

test('the check that one stands on, and the place of a finding', () => {
  const checks = [result({ id: 'app.id', state: 'not-checked', exit: 13, blockedBy: 'compose.hash' })];
  const findings = [{ id: 'source.lfs', text: 'a', path: 'b', line: 3 }];
  expect(parsed(verdict({ checks, findings }))).toMatchObject({
    checks: [{ blocked_by: 'compose.hash' }],
    findings: [{ id: 'source.lfs', text: 'a', path: 'b', line: 3, accepted: null }],
  });
});

test('times, which differ from run to run, are there only where they are asked for', () => {
  expect(renderJson(rejected())).toBe(renderJson(rejected({ timings: {} })));
  expect(parsed(rejected())).toHaveProperty('timings_ms', null);
  expect(renderJson(rejected())).toBe(renderJson(rejected(), { timings: false }));
});

test('one document in ASCII that ends with a line feed', () => {
  const text = renderJson(verdict({ target: 'caf\u00e9 \u{1f600} \u009b \u202e \u2028 \u007f \ud800' }));
  expect(text).toMatch(/^\{\n {2}"schema"[\u0020-\u007e\n]*\n\}\n$/);
  expect(text).toContain('caf\\u00e9 \\ud83d\\ude00 \\u009b \\u202e \\u2028 \\u007f \\ud800');
  expect(JSON.parse(text)).toHaveProperty('target', 'caf\u00e9 \u{1f600} \u009b \u202e \u2028 \u007f \ud800');
});

test('a fact of an odd name is a fact', () => {
  const facts = JSON.parse('{"__proto__":"x","constructor":"y"}');
  expect(renderJson(verdict({ facts }))).toContain('"__proto__": "x",\n    "constructor": "y"');
});

describe('the schema', () => {
  test.each([
    ['what was rejected', rejected()],
    ['what was verified', verdict()],
    ['one step', verdict({ word: 'PASSED', only: 'attestation' })],
    ['what evidence led to', verdict(material)],
    ['what was pretended', rejected({ simulated: true })],
  ])('holds %s, and each of its keys', (_, given) => {
    const report = verdictReport(given, { timings: true });
    // What the schema does not name, parsing would leave out.
    expect(verdictSchema.parse(report)).toEqual(report);
  });

  test.each([
    ['verdict', 'FINE'],
    ['exit', 3],
    ['schema', 'trusted-workload-launcher/verdict/v2'],
    ['simulated', 'no'],
    ['only', 'all'],
    ['counts', { passed: -1, failed: 0, not_bound: 0, not_checked: 0 }],
    ['counts', { passed: 0.5, failed: 0, not_bound: 0, not_checked: 0 }],
    ['timings_ms', { a: -1 }],
    ['facts', { a: 1 }],
    ['missing', undefined],
    ['checks', [{}]],
    ['findings', [{ id: 'a', text: 'b' }]],
    ['findings', [{ id: 'a', text: 'b', path: null, line: -1, accepted: null }]],
    ['launcher', { service: 'a' }],
    ['build', {}],
    ['pin', 'A=b'],
    ['commands', { install: null }],
    ['entry_script', { path: 'a', size: -1, text: '', note: null }],
    ['since', {}],
    ['since', undefined],
  ])('refuses another %s: %j', (key, value) => {
    expect(verdictSchema.safeParse({ ...verdictReport(rejected(), { timings: false }), [key]: value }).success).toBe(
      false,
    );
  });

  test('is published as a JSON Schema whose keys are all required and described', () => {
    const schema = verdictJsonSchema() as Record<string, never>;
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: 'trusted-workload-launcher/verdict/v1',
      title: 'The verdict of twl verify --json',
      type: 'object',
      properties: { simulated: { type: 'boolean', description: expect.stringContaining('not the one of Intel') } },
      required: Object.keys(parsed(rejected()) as object),
    });
    expect(JSON.stringify(schema)).not.toContain('additionalProperties":false');
  });

  const published = fileURLToPath(new URL('../../../docs/schemas/verdict.v1.json', import.meta.url));
  test.skipIf(!existsSync(published))('is the published file (skipped while docs/schemas has none)', () => {
    expect(JSON.parse(readFileSync(published, 'utf8'))).toEqual(verdictJsonSchema());
  });
});
