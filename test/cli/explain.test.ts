import { expect, test } from 'vitest';
import type { Check, Requirement } from '../../src/audit/check.ts';
import { passed } from '../../src/audit/outcome.ts';
import { explain } from '../../src/cli/explain.ts';

const check = (more: Partial<Check> & Pick<Check, 'id'>): Check => ({
  step: 'attestation',
  title: `the title of ${more.id}`,
  proves: 'it proves something',
  from: 'from bytes',
  assumes: 'it assumes something',
  citation: 'some document',
  required: 'always',
  needs: [],
  run: () => passed({ summary: '' }),
  ...more,
});

const CHECKS = [
  check({ id: 'quote.tcb', needs: ['quote.parse', 'quote.signature'] }),
  check({ id: 'freshness', step: 'runtime' }),
  check({ id: 'compose.config-id', title: 'a title that is far too long to stand on one line behind its name' }),
];

test('all checks, by step in the order of the chain', () => {
  expect(explain(CHECKS, undefined)).toBe(`attestation
  quote.tcb          the title of quote.tcb
  compose.config-id  a title that is far too long to stand on one line behind
                     its name

runtime
  freshness          the title of freshness

twl explain CHECK says what a check proves, and from what.
`);
});

test('one check, whole', () => {
  expect(explain(CHECKS, 'quote.tcb')).toBe(`quote.tcb: the title of quote.tcb
  step      attestation
  proves    it proves something
  from      from bytes
  assumes   it assumes something
  citation  some document
  required  always
  needs     quote.parse, quote.signature
`);
  expect(explain(CHECKS, 'freshness')).not.toContain('needs');
});

test.each<[Requirement, string]>([
  ['always', 'always'],
  ['never', 'only where a policy requires it'],
  ['when-expected', 'where a flag or a policy states a value for it'],
  [['agent-info', 'near-mpc'], 'for evidence of kind agent-info, near-mpc'],
])('required: %j', (required, words) => {
  expect(explain([check({ id: 'app.id', required })], 'app.id')).toContain(`  required  ${words}\n`);
});

test.each([
  ['quote.tbc', 'did you mean quote.tcb?'],
  ['Freshnes', 'did you mean freshness?'],
  ['compose-config-id', 'did you mean compose.config-id?'],
  ['compose.config_id', 'did you mean compose.config-id?'],
  ['nothing.like.it', 'twl explain lists them'],
  ['', 'twl explain lists them'],
])('no check %j', (id, hint) => {
  expect(() => explain(CHECKS, id)).toThrow(
    expect.objectContaining({ code: 'usage', exitCode: 2, message: `there is no check '${id}'`, hint }),
  );
});

test('a name that is none is shown escaped and not at any length', () => {
  const message = `there is no check '\\x1b${'x'.repeat(59)}'`;
  expect(() => explain(CHECKS, `\u001b${'x'.repeat(10_000)}`)).toThrow(expect.objectContaining({ message }));
});
