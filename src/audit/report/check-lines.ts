import { CHECK_IDS } from '../check-ids.ts';
import type { CheckResult, CheckState } from '../result.ts';
import type { Paint, Style } from './paint.ts';
import { shown, shownOrEmpty } from './shown.ts';
import { MIN_ROOM, wrap } from './wrap.ts';

/** The words at the head of a line, all of one width. */
const LABELS: Record<CheckState, { word: string; style: Style }> = {
  passed: { word: 'PASS   ', style: 'good' },
  failed: { word: 'FAIL   ', style: 'bad' },
  'not-bound': { word: 'UNBOUND', style: 'open' },
  'not-checked': { word: 'SKIP   ', style: 'open' },
};

/** The width of the longest id. */
const ID_WIDTH = Math.max(...CHECK_IDS.map((id) => id.length));

/** How many details of one check are shown: a hostile log can have 100,000 entries that are each worth one. */
export const MAX_LISTED = 30;

export interface LineOptions {
  readonly width: number;
  /** Show all that is known of checks that passed, too. */
  readonly verbose: boolean;
  readonly paint: Paint;
}

const FIELD = 10;

/** `    label     text`, wrapped. */
export const fieldLines = (label: string, text: string, { width, paint }: LineOptions): string[] => {
  const [first = '', ...rest] = wrap(`    ${label.padEnd(FIELD)}`, shownOrEmpty(text), width);
  return [paint('faint', first.slice(0, 4 + FIELD)) + first.slice(4 + FIELD), ...rest];
};

const listLines = (label: string, texts: readonly string[], options: LineOptions): string[] => {
  const left = texts.length - MAX_LISTED;
  return [
    ...texts.slice(0, MAX_LISTED).flatMap((text) => fieldLines(label, text, options)),
    ...(left > 0 ? fieldLines(label, `[... ${left} more left out ...]`, options) : []),
  ];
};

const explain = (result: CheckResult, options: LineOptions): string[] => {
  const { state, expected, found, source, details, hint } = result;
  // Where bytes came from matters where they were looked at.
  const origins = state === 'not-checked' && !options.verbose ? [] : result.origins;
  const field = (label: string, text: string | undefined): string[] =>
    text === undefined ? [] : fieldLines(label, text, options);
  return [
    ...field('expected', expected),
    ...field('found', found),
    ...field('from', source),
    ...listLines('in', origins, options),
    ...listLines('detail', details, options),
    ...field('hint', hint),
  ];
};

/** Of a pass only who said what was expected is shown, on a line of its own: a summary can quote evidence that says it too. */
const explainPass = ({ source }: CheckResult, options: LineOptions): string[] =>
  source === undefined ? [] : fieldLines('from', source, options);

const headline = ({ state, required, summary }: CheckResult): string =>
  `${required || state === 'passed' || state === 'failed' ? '' : '(not required) '}${shown(summary)}`;

const headLines = (result: CheckResult, word: string, width: number): string[] => {
  const head = `  ${word}  ${shown(result.id).padEnd(ID_WIDTH)}  `;
  const text = headline(result);
  // Where no room is left behind the ids, a terminal would break the line at its left edge: the sentence follows below.
  return head.length + MIN_ROOM <= width
    ? wrap(head, text, width)
    : [head.trimEnd(), ...wrap(' '.repeat(2 + word.length + 2), text, width)];
};

/**
 * One check: `  STATE   id  summary`, and under it, indented, what was expected (`expected`) and by whom (`from`), what was
 * found (`found`) and where (`in`), details and a hint. Unless `verbose`, a check that passed shows its summary and `from`, and
 * one that was not made no `in`.
 */
export const checkLines = (result: CheckResult, options: LineOptions): string[] => {
  const { word, style } = LABELS[result.state];
  const [first = '', ...rest] = headLines(result, word, options.width);
  const painted = `  ${options.paint(style, word)}${first.slice(2 + word.length)}`;
  const more = result.state === 'passed' && !options.verbose ? explainPass(result, options) : explain(result, options);
  return [painted, ...rest, ...more];
};
