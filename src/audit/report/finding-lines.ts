import type { Finding } from '../result.ts';
import { fieldLines, type LineOptions } from './check-lines.ts';
import { shown } from './shown.ts';
import { wrap } from './wrap.ts';

/** So many are shown one by one; of more, the first few of each id. JSON has all of them. */
export const MAX_FINDINGS = 20;
const FEW = 3;

/** The file and line, where the text does not begin with them as those of scripts do. */
const placeOf = ({ path, line, text }: Finding): string => {
  if (path === undefined || text.startsWith(path)) return '';
  return line === undefined ? `${path}: ` : `${path}:${line}: `;
};

const labelOf = ({ accepted }: Finding): string => (accepted === undefined ? 'NOTE   ' : 'ALLOWED');

const lines = (finding: Finding, options: LineOptions): string[] => {
  const { id, text, accepted } = finding;
  return [
    ...wrap(`  ${labelOf(finding)}  `, `${shown(id)}: ${shown(placeOf(finding) + text)}`, options.width),
    ...(accepted === undefined
      ? []
      : [...fieldLines('because', accepted.reason, options), ...fieldLines('from', accepted.source, options)]),
  ];
};

const groupLines = (group: readonly Finding[], options: LineOptions): string[] => {
  const [first] = group;
  const left = group.length - FEW;
  if (first === undefined || left <= 0) return group.flatMap((finding) => lines(finding, options));
  const more = `${shown(first.id)}: [... ${left} more of this kind left out of ${group.length}, --json has them ...]`;
  return [
    ...group.slice(0, FEW).flatMap((finding) => lines(finding, options)),
    ...wrap(`  ${labelOf(first)}  `, more, options.width),
  ];
};

/** Findings: each on a line of its own, or, where there are many, the first few of each id and how many more there are. */
export const findingLines = (findings: readonly Finding[], options: LineOptions): string[] =>
  findings.length <= MAX_FINDINGS
    ? findings.flatMap((finding) => lines(finding, options))
    : [...Map.groupBy(findings, (finding) => `${labelOf(finding)} ${finding.id}`).values()].flatMap((group) =>
        groupLines(group, options),
      );
