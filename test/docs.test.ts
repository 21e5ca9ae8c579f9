import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checksPage } from '../scripts/describe-checks.ts';
import { parsePolicy } from '../src/audit/policy/parse.ts';
import { policyJsonSchema } from '../src/audit/policy/schema.ts';
import { STEPS } from '../src/audit/steps.ts';
import { tabulateKeys } from '../src/pin/help.ts';
import { LIMIT_TABLE } from '../src/source/limits.ts';

const page = (name: string): string => readFileSync(new URL(`../docs/${name}`, import.meta.url), 'utf8');

/** The table of a page that begins with this head, to its last row. */
const tableOf = (text: string, head: string): string => {
  const from = text.indexOf(head);
  expect(from, `a table that begins with '${head}'`).toBeGreaterThanOrEqual(0);
  return `${text.slice(from).split(/\n(?!\|)/)[0]}\n`;
};

const KIB = 1024;
const UNITS = [
  ['GiB', KIB ** 3],
  ['MiB', KIB ** 2],
  ['KiB', KIB],
] as const;

const showBytes = (bytes: number): string => {
  const [unit, size] = UNITS.find(([, one]) => bytes % one === 0) ?? ['bytes', 1];
  return `${bytes / size} ${unit}`;
};
const showNumber = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');
const show = (value: number, unit: string): string => {
  if (unit === 'bytes') return showBytes(value);
  return unit === 'milliseconds' ? `${showNumber(value)} ms` : showNumber(value);
};

test('docs/limits.md holds the table of limits', () => {
  const head = '| Name | Value | Why |\n| --- | --- | --- |\n';
  const rows = Object.entries(LIMIT_TABLE).map(
    ([name, { value, unit, reason }]) => `| \`${name}\` | ${show(value, unit)} | ${reason} |\n`,
  );
  expect(tableOf(page('limits.md'), head)).toBe(head + rows.join(''));
});

test('docs/pin.md holds the table of keys', () => {
  const table = tabulateKeys();
  expect(tableOf(page('pin.md'), table.slice(0, table.indexOf('\n') + 1))).toBe(table);
});

test('docs/checks.md says of each check what the registry says', () => {
  expect(page('checks.md'), 'run: node scripts/describe-checks.ts').toBe(checksPage());
});

test('the policy that docs/verify.md shows is one', () => {
  const shown = /```toml\n([^`]*)```/.exec(page('verify.md'))?.[1] ?? '';
  const policy = parsePolicy(new TextEncoder().encode(shown), 'docs/verify.md');
  expect(policy).toMatchObject({
    repositories: [{}],
    commits: [{}],
    osImages: [{}],
    launchers: [{}],
    provenance: { repository: {}, workflow: {}, refs: [{}] },
    services: [{}],
    scripts: [{}],
    tcbStatuses: [{}],
    advisories: [{}],
  });
});

test('docs/schemas/policy.json is what policies are read by', () => {
  expect(JSON.parse(page('schemas/policy.json'))).toEqual(policyJsonSchema());
});

test('what the pages link to is there', () => {
  for (const name of ['checks.md', 'errors.md', 'limits.md', 'pin.md', 'verify.md']) {
    for (const [, target = ''] of page(name).matchAll(/\]\(([a-z-]+\.md)\)/g)) expect(page(target)).not.toBe('');
  }
});

test('docs/verify.md names the steps, the sections of a policy and the options that bring bytes', () => {
  const text = page('verify.md');
  for (const step of STEPS) expect(text).toContain(`| \`${step}\` | `);
  for (const section of ['[[launcher]]', '[[service]]', '[[script]]', '[provenance]']) {
    expect(text).toContain(`\n${section}\n`);
    expect(text).toContain(`\n- \`${section}\`: `);
  }
  for (const option of ['--bundle', '--trusted-root', '--registry', '--source', '--since', '--only']) {
    expect(text).toMatch(new RegExp(`\\n\\| \`${option} [A-Z]+\``));
  }
});
