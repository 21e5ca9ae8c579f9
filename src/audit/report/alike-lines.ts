import type { CheckResult } from '../result.ts';
import { fieldLines, type LineOptions } from './check-lines.ts';
import { shown } from './shown.ts';
import { wrap } from './wrap.ts';

/** From so many on, checks that say the same are told in one: where no bundle was given, eleven of one step want one. */
const MANY = 3;

/** Why a check was not made, where that is all it says; undefined for any other result. */
const reasonOf = ({ state, blockedBy, expected, found, details, summary, hint }: CheckResult): string | undefined =>
  state !== 'not-checked' ||
  blockedBy !== undefined ||
  expected !== undefined ||
  found !== undefined ||
  details.length > 0
    ? undefined
    : JSON.stringify([summary, hint]);

/** The checks of one step that were not made for one and the same reason, which each of them would repeat. */
export const alikeGroups = (results: readonly CheckResult[]): CheckResult[][] =>
  [...Map.groupBy(results, reasonOf)].flatMap(([reason, group]) =>
    reason === undefined || group.length < MANY ? [] : [group],
  );

/** Such a group: the ids, and the reason once. */
export const alikeLines = (group: readonly CheckResult[], options: LineOptions): string[] => {
  const ids = group.map(({ id }) => shown(id)).join(', ');
  const [first = '', ...rest] = wrap('  SKIP     ', `not made: ${ids}`, options.width);
  const [{ summary, hint } = { summary: '', hint: undefined }] = group;
  return [
    `  ${options.paint('open', 'SKIP   ')}${first.slice(9)}`,
    ...rest,
    ...fieldLines('because', summary, options),
    ...(hint === undefined ? [] : fieldLines('hint', hint, options)),
  ];
};
