import type { CheckResult } from '../result.ts';
import type { LineOptions } from './check-lines.ts';
import { shown } from './shown.ts';
import { wrap } from './wrap.ts';

const INDENT = ' '.repeat(11);

/** The check at the bottom of what a result stands on, as far down as the report shows it. */
const rootOf = (result: CheckResult, all: ReadonlyMap<string, CheckResult>): string | undefined => {
  let root = result.blockedBy;
  // Each stands on an earlier one: so many steps lead to the end.
  for (let steps = all.size; steps > 0 && root !== undefined; steps--) {
    const below = all.get(root)?.blockedBy;
    if (below === undefined) return root;
    root = below;
  }
  return root;
};

/** What is the matter with a check that the report does not show otherwise. */
const hidden = (
  root: string,
  group: readonly CheckResult[],
  all: ReadonlyMap<string, CheckResult>,
  width: number,
): string[] => {
  const { details = [], hint } = group.find(({ blockedBy }) => blockedBy === root) ?? {};
  if (all.has(root) || details.length === 0) return [];
  const lines = details.flatMap((text) => wrap(INDENT, shown(text), width));
  return hint === undefined ? lines : [...lines, ...wrap(INDENT, `hint: ${shown(hint)}`, width)];
};

/**
 * The checks that were not made because another one did not pass, a line for each such other: one by one they would bury what is
 * wrong. @param all every result that is shown, by its id
 */
export const blockedLines = (
  blocked: readonly CheckResult[],
  all: ReadonlyMap<string, CheckResult>,
  { width, paint }: LineOptions,
): string[] =>
  [...Map.groupBy(blocked, (result) => rootOf(result, all) ?? '')].flatMap(([root, group]) => {
    const ids = group.map(({ id }) => shown(id)).join(', ');
    const [first = '', ...rest] = wrap('  SKIP     ', `not made, because ${shown(root)} did not pass: ${ids}`, width);
    return [`  ${paint('open', 'SKIP   ')}${first.slice(9)}`, ...rest, ...hidden(root, group, all, width)];
  });
