import { createHash } from 'node:crypto';
import type { Severity } from '../../compose/findings.ts';
import { fieldLines, type LineOptions } from '../report/check-lines.ts';
import { painter, type Style } from '../report/paint.ts';
import { escaped, MAX_SHOWN, shown, shownOrEmpty } from '../report/shown.ts';
import { DEFAULT_WIDTH, MIN_WIDTH, wrap } from '../report/wrap.ts';
import type { LintForm } from './form.ts';
import { decisive } from './outcome.ts';
import { placeOf } from './place.ts';
import type { LintCheck, LintFinding, LintReport } from './report.ts';

export interface LintTextOptions {
  /** Escape codes for a terminal. */
  readonly color: boolean;
  /** Columns; 80 where not given, 40 at least. */
  readonly width?: number;
}

type Label = { readonly word: string; readonly style: Style };

/** The words at the head of a line, all of one width. */
const STATES: Readonly<Record<LintCheck['state'], Label>> = {
  passed: { word: 'PASS   ', style: 'good' },
  failed: { word: 'FAIL   ', style: 'bad' },
  'not-bound': { word: 'UNBOUND', style: 'open' },
  'not-checked': { word: 'SKIP   ', style: 'open' },
  'not-applicable': { word: 'N/A    ', style: 'faint' },
};

const SEVERITIES: Readonly<Record<Severity, Label>> = {
  failed: STATES.failed,
  'not-bound': STATES['not-bound'],
  information: { word: 'NOTE   ', style: 'faint' },
};

const FORMS: Readonly<Record<LintForm, string>> = {
  config: 'a config',
  compose: 'a compose file',
  'app-compose': 'an app-compose',
};

const COUNTED: Readonly<Record<LintCheck['state'], string>> = {
  passed: 'passed',
  failed: 'failed',
  'not-bound': 'not bound',
  'not-checked': 'not checked',
  'not-applicable': 'not applicable',
};

/** The longest id is `compose.persistence`. */
const ID_WIDTH = 19;

const labelled = ({ word, style }: Label, rest: string, { width, paint }: LineOptions): string[] => {
  const [first = '', ...more] = wrap(`  ${word}  `, rest, width);
  return [`  ${paint(style, word)}${first.slice(2 + word.length)}`, ...more];
};

/**
 * A command that is trusted as it stands must not be read by its ends: where it is too long for its finding, its size and hash say what was cut, and
 * the pin above has it whole.
 */
const wholeLines = ({ id, text }: LintFinding, options: LineOptions): string[] => {
  if (id !== 'compose.commands' || text.length <= MAX_SHOWN) return [];
  const command = text.slice(text.indexOf(': ') + 2);
  const digest = createHash('sha256').update(command, 'utf8').digest('hex');
  const size = Buffer.byteLength(command, 'utf8');
  return fieldLines('whole', `in the pin above: ${size} bytes, SHA-256 ${digest}`, options);
};

const findingLines = (report: LintReport, finding: LintFinding, options: LineOptions): string[] => {
  const { id, severity, line, path, text, hint } = finding;
  return [
    ...labelled(SEVERITIES[severity], id, options),
    ...fieldLines('in', placeOf(report, line), options),
    ...(path === '' ? [] : fieldLines('at', path, options)),
    ...fieldLines('found', text, options),
    ...wholeLines(finding, options),
    ...fieldLines('hint', hint, options),
  ];
};

const checkLines = ({ id, state, reason }: LintCheck, { width, paint }: LineOptions): string[] => {
  const { word, style } = STATES[state];
  const head = `  ${word}  ${reason === undefined ? id : id.padEnd(ID_WIDTH)}`;
  const [first = '', ...more] = reason === undefined ? [head] : wrap(`${head}  `, shown(reason), width);
  return [`  ${paint(style, word)}${first.slice(2 + word.length)}`, ...more];
};

/** What a form says nothing of would bury the rest, one by one: the ids that have a reason in common stand together. */
const notApplicableLines = (checks: readonly LintCheck[], options: LineOptions): string[] => {
  const groups = Map.groupBy(checks, ({ reason }) => reason ?? '');
  return [...groups].flatMap(([reason, group]) => {
    const ids = group.map(({ id }) => id).join(', ');
    return labelled(STATES['not-applicable'], `${ids}: ${shown(reason)}`, options);
  });
};

const isApplicable = ({ state }: LintCheck): boolean => state !== 'not-applicable';

const launcherLines = ({ launchers }: LintReport, { width }: LineOptions): string[] =>
  launchers.flatMap(({ service, image, digest, program, source }) => [
    ...wrap('  service   ', shown(service), width),
    ...wrap('  image     ', image === undefined ? '(none that the text names)' : shown(image.split('@', 1)[0]!), width),
    // On a line of its own it stays in one piece.
    ...(digest === undefined ? [] : wrap('  digest    ', digest, width)),
    ...wrap('  program   ', program, width),
    ...wrap('  from      ', shown(source), width),
  ]);

/** The last line: the word, how many checks came to what, and which kept the file from being clean. */
const verdictLine = ({ word, checks, exit }: LintReport): string => {
  const counts = (Object.keys(COUNTED) as LintCheck['state'][]).flatMap((state) => {
    const count = checks.filter((check) => check.state === state).length;
    return count > 0 || state === 'passed' ? [`${count} ${COUNTED[state]}`] : [];
  });
  const ids = decisive(checks, exit).map(({ id }) => id);
  return `${word} (${counts.join(', ')})${ids.length === 0 ? '' : `: ${ids.join(', ')}`}`;
};

const styleOf = ({ exit }: LintReport): Style => (exit === 0 ? 'good' : exit === 13 ? 'open' : 'bad');

/**
 * A report as text for a reader; ends with a line feed. Only headings and the last line begin at the left edge, and none of them holds text
 * of the file: that is escaped, shortened where it is long, and indented on every line that it takes.
 */
export const renderLintText = (report: LintReport, { color, width: columns }: LintTextOptions): string => {
  const paint = painter(color);
  const width = Math.max(columns ?? DEFAULT_WIDTH, MIN_WIDTH);
  const options: LineOptions = { width, verbose: true, paint };
  const block = (heading: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ['', paint('strong', heading), ...lines];
  const { file, form, composeHash, pin, checks, findings, notes } = report;
  const pinHeading = 'the pin, as the launcher reads it';
  return [
    paint('strong', 'what was looked at'),
    ...wrap('  file      ', shownOrEmpty(file), width),
    ...wrap('  form      ', FORMS[form], width),
    ...(composeHash === undefined ? [] : wrap('  hash      ', composeHash, width)),
    ...block('taken for the launcher', launcherLines(report, options)),
    ...block(
      pinHeading,
      pin === undefined
        ? []
        : pin.canonical
            .trimEnd()
            .split('\n')
            .flatMap((line) => wrap('  ', escaped(line), width)),
    ),
    ...block(
      'findings',
      findings.flatMap((finding) => findingLines(report, finding, options)),
    ),
    ...block('checks', [
      ...checks.filter(isApplicable).flatMap((check) => checkLines(check, options)),
      ...notApplicableLines(
        checks.filter((check) => !isApplicable(check)),
        options,
      ),
    ]),
    ...block(
      'notes',
      notes.flatMap((note) => wrap('  - ', shown(note), width)),
    ),
    '',
    paint(styleOf(report), verdictLine(report)),
    '',
  ].join('\n');
};
