import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { MPC_CHECK_IDS } from '../../../src/audit/profile-mpc/check-ids.ts';
import { mpcChecks } from '../../../src/audit/profile-mpc/checks.ts';

const page = readFileSync(new URL('../../../docs/checks.md', import.meta.url), 'utf8');

test('each is made only where a policy requires it, and is of the attestation', () => {
  expect(mpcChecks.map(({ id }) => id)).toEqual(MPC_CHECK_IDS);
  for (const check of mpcChecks) {
    expect(check).toMatchObject({ step: 'attestation', required: 'never', isOptional: true });
    expect(check.isExpected).toBeUndefined();
  }
});

test.each(mpcChecks.map((check) => [check.id, check] as const))('%s is on the page as it is', (id, check) => {
  const { title, proves, from, assumes, citation, needs } = check;
  const section = page
    .slice(page.indexOf(`### \`${id}\``))
    .split('\n### ')[0]
    ?.split('\n## ')[0]
    ?.trimEnd();
  expect(section).toBe(
    [
      `### \`${id}\`: ${title}`,
      '',
      proves,
      '',
      `- From: ${from}.`,
      `- Assumes: ${assumes}`,
      '- Required: Only where a policy requires it.',
      `- Not checked unless these passed: ${needs.map((need) => `\`${need}\``).join(', ')}.`,
      `- Rule: ${citation}.`,
    ].join('\n'),
  );
});
