import { shown, shownOrEmpty } from './shown.ts';
import { wrap } from './wrap.ts';

/** The column of names: a value of 64 hex digits fits behind it. */
const NAME_WIDTH = 12;
const FACT_NAME = /^[a-z0-9_]+$/;

/** `  name  value`, each on a line, or the value below where both do not fit on one. */
export const factLines = (facts: Readonly<Record<string, string>>, width: number): string[] =>
  Object.entries(facts).flatMap(([name, value]) => {
    const head = `  ${name.padEnd(NAME_WIDTH)}  `;
    const fits = name.length <= NAME_WIDTH || head.length + value.length <= width;
    // A name that is none of ours could hold anything: it is text like another, and its value follows below.
    return FACT_NAME.test(name) && fits
      ? wrap(head, shownOrEmpty(value), width)
      : [...wrap('  ', shown(name), width), ...wrap('    ', shownOrEmpty(value), width)];
  });
