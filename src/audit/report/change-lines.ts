import type { Changes, KnownChanges } from '../result.ts';
import type { PathChange, PathState } from '../source/since/compare.ts';
import { fieldLines, type LineOptions } from './check-lines.ts';
import { gutterLines } from './gutter.ts';
import { shown } from './shown.ts';
import { wrap } from './wrap.ts';

/** How many paths are listed; JSON has more. */
export const MAX_PATHS = 50;

const sizeOf = ({ kind, size }: PathState): string => (size === undefined ? kind : `${kind}, ${size} bytes`);

const pathLine = ({ path, before, after }: PathChange, width: number): string[] => {
  const word = before === undefined ? 'added  ' : after === undefined ? 'removed' : 'changed';
  const states = [before, after].flatMap((state) => (state === undefined ? [] : [sizeOf(state)]));
  return wrap(`  ${word}  `, `${shown(path)} (${states.join(' -> ')})`, width);
};

const scriptLines = (lines: KnownChanges['lines'], width: number): string[] => {
  if (lines === undefined) return wrap('  ', 'the entry script is not in both, or too large to be compared', width);
  if (lines.length === 0) return wrap('  ', 'the entry script is the same', width);
  return [
    ...wrap('  ', 'the entry script, line by line:', width),
    ...gutterLines(
      lines.map(({ sign, line, text }) => ({ mark: `${sign}${line}`, text })),
      width,
    ),
  ];
};

/** What changed since a commit: the counts, the paths, the lines of the entry script. */
export const changeLines = (changes: Changes, options: LineOptions): string[] => {
  const { width } = options;
  if ('note' in changes) {
    return [
      ...wrap('  ', `not known: ${shown(changes.note)}`, width),
      ...(changes.hint === undefined ? [] : fieldLines('hint', changes.hint, options)),
    ];
  }
  const { commit, added, removed, changed, paths, lines } = changes;
  const left = added + removed + changed - Math.min(paths.length, MAX_PATHS);
  return [
    ...wrap('  since    ', shown(commit), width),
    ...wrap('  paths    ', `${added} added, ${removed} removed, ${changed} changed`, width),
    ...paths.slice(0, MAX_PATHS).flatMap((path) => pathLine(path, width)),
    ...(left > 0 ? wrap('  ', `[... ${left} more paths left out ...]`, width) : []),
    ...scriptLines(lines, width),
  ];
};
