// Writes docs/checks.md out of the registry: what the run, the reports and `twl explain` are driven by.
import { writeFileSync } from 'node:fs';
import type { Check, Requirement } from '../src/audit/check.ts';
import { CHECKS } from '../src/audit/registry.ts';
import { STEPS } from '../src/audit/steps.ts';

const KINDS: Record<string, string> = {
  'agent-info': 'the answer of a guest agent',
  'near-mpc': 'the public data of a NEAR MPC node',
  'phala-attestation': 'the output of `phala cvms attestation`',
  'quote-answer': 'a quote with its log',
  'versioned-attestation': 'a versioned attestation',
};

const requirement = (required: Requirement): string => {
  if (required === 'always') return 'Always.';
  if (required === 'never') return 'Only where a policy requires it.';
  if (required === 'when-expected') return 'Where a flag or a policy states a value for it.';
  return `For ${required.map((kind) => KINDS[kind] ?? kind).join(' and ')}.`;
};

const section = ({ id, title, proves, from, assumes, citation, required, needs }: Check): string =>
  [
    `### \`${id}\`: ${title}`,
    '',
    proves,
    '',
    `- From: ${from}.`,
    `- Assumes: ${assumes}`,
    `- Required: ${requirement(required)}`,
    ...(needs.length === 0
      ? []
      : [`- Not checked unless these passed: ${needs.map((need) => `\`${need}\``).join(', ')}.`]),
    `- Rule: ${citation}.`,
    '',
  ].join('\n');

/** The sections of the page, a heading for each step. */
export const checkSections = (): string =>
  STEPS.map((step) => [step, CHECKS.filter((check) => check.step === step)] as const)
    .filter(([, checks]) => checks.length > 0)
    .map(([step, checks]) => `## Step: ${step}\n\n${checks.map(section).join('\n')}`)
    .join('\n');

const HEAD = `# The checks of \`twl verify\`

Each check has an id that does not change: reports, policies and this page name it. \`twl explain ID\` prints what stands here.

A check is **passed**, **failed**, **not checked** (with the reason) or **not bound** (there is a value, and nothing that was signed
covers it). Only passed counts. A check that fails rejects the evidence, whether it was required or not; a required one that did not pass
keeps the verdict from \`VERIFIED\`. An exception while checking is a failure.

`;

export const checksPage = (): string => `${HEAD}${checkSections()}`;

if (import.meta.main) writeFileSync(new URL('../docs/checks.md', import.meta.url), checksPage());
