import { DEFAULT_WIDTH, wrap } from '../audit/report/wrap.ts';
import type { Check, Requirement } from '../audit/check.ts';
import { STEPS } from '../audit/steps.ts';
import { escapeText } from '../base/escape.ts';
import { nearestOf } from '../pin/suggest.ts';
import { usageError } from './errors.ts';

const describeRequirement = (required: Requirement): string => {
  if (required === 'always') return 'always';
  if (required === 'when-expected') return 'where a flag or a policy states a value for it';
  if (required === 'never') return 'only where a policy requires it';
  return `for evidence of kind ${required.join(', ')}`;
};

const one = ({ id, title, step, proves, from, assumes, citation, required, needs }: Check): string[] => {
  const field = (label: string, text: string): string[] => wrap(`  ${label.padEnd(10)}`, text, DEFAULT_WIDTH);
  return [
    `${id}: ${title}`,
    ...field('step', step),
    ...field('proves', proves),
    ...field('from', from),
    ...field('assumes', assumes),
    ...field('citation', citation),
    ...field('required', describeRequirement(required)),
    ...(needs.length === 0 ? [] : field('needs', needs.join(', '))),
  ];
};

const list = (checks: readonly Check[]): string[] => {
  const width = Math.max(...checks.map(({ id }) => id.length));
  const groups = STEPS.map((step) => [step, checks.filter((check) => check.step === step)] as const);
  return [
    ...groups
      .filter(([, group]) => group.length > 0)
      .flatMap(([step, group]) => [
        step,
        ...group.flatMap(({ id, title }) => wrap(`  ${id.padEnd(width)}  `, title, DEFAULT_WIDTH)),
        '',
      ]),
    'twl explain CHECK says what a check proves, and from what.',
  ];
};

/** The one id that a mistyped one may have been meant as. */
const nearestId = (given: string, checks: readonly Check[]): string | undefined => {
  const fold = (id: string): string => id.toUpperCase().replaceAll('-', '_');
  const near = nearestOf(
    given,
    checks.map(({ id }) => fold(id)),
  );
  return checks.find(({ id }) => fold(id) === near)?.id;
};

/** Longer is no id, and would hide what is wrong. */
const MAX_ID = 60;

/**
 * The text of `twl explain`: all checks as a list, or the whole of one. Throws CliError `usage` where there is none of that name.
 */
export const explain = (checks: readonly Check[], id: string | undefined): string => {
  if (id === undefined) return `${list(checks).join('\n')}\n`;
  const check = checks.find((candidate) => candidate.id === id);
  if (check !== undefined) return `${one(check).join('\n')}\n`;
  const near = nearestId(id, checks);
  throw usageError(
    `there is no check '${escapeText(id.slice(0, MAX_ID))}'`,
    near === undefined ? 'twl explain lists them' : `did you mean ${near}?`,
  );
};
