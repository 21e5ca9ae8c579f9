import type { Verdict } from '../result.ts';
import { STEPS, type Step } from '../steps.ts';
import { alikeGroups, alikeLines } from './alike-lines.ts';
import { blockedLines } from './blocked-lines.ts';
import { checkLines, type LineOptions } from './check-lines.ts';
import { factLines } from './fact-lines.ts';
import { findingLines } from './finding-lines.ts';
import { materialBlocks } from './material-lines.ts';
import { painter, type Style } from './paint.ts';
import { shown } from './shown.ts';
import { verdictLine } from './verdict-line.ts';
import { DEFAULT_WIDTH, MIN_WIDTH, wrap } from './wrap.ts';

export interface TextOptions {
  /** Escape codes for a terminal. */
  readonly color: boolean;
  /** Show all that is known of checks that passed, too. */
  readonly verbose?: boolean;
  /** Show how long each check took. */
  readonly timings?: boolean;
  /** The verdict line only. */
  readonly quiet?: boolean;
  /** Columns; 80 where not given, 40 at least. */
  readonly width?: number;
}

const HEADINGS: Record<Step, string> = {
  attestation: 'attestation: what Intel signed, and what that covers',
  provenance: 'provenance: who built the launcher, from what',
  source: 'source: the pinned commit, and where it belongs',
  runtime: 'runtime: what was placed and started',
};

/** One step: what was looked at check by check, and in few words what could not be; all of it one by one where that is asked for. */
const stepLines = (step: Step, checks: Verdict['checks'], options: LineOptions): string[] => {
  const ofStep = checks.filter((result) => result.step === step);
  if (options.verbose) return ofStep.flatMap((result) => checkLines(result, options));
  const blocked = ofStep.filter(({ blockedBy }) => blockedBy !== undefined);
  const groups = alikeGroups(ofStep);
  const folded = new Set([...blocked, ...groups.flat()]);
  return [
    ...ofStep.filter((result) => !folded.has(result)).flatMap((result) => checkLines(result, options)),
    ...groups.flatMap((group) => alikeLines(group, options)),
    ...blockedLines(blocked, new Map(checks.map((result) => [result.id, result])), options),
  ];
};

const timingLines = (timings: Verdict['timings']): string[] =>
  Object.entries(timings).map(([id, ms]) => `  ${ms.toFixed(1).padStart(8)} ms  ${shown(id)}`);

const styleOf = ({ exit }: Verdict): Style => {
  if (exit === 0) return 'good';
  return exit === 13 ? 'open' : 'bad';
};

/**
 * A verdict as text for a reader; ends with a line feed. Only the first line, headings and the verdict line begin at the left
 * edge, and none of them holds text of the evidence: whatever may be the evidence's is escaped, shortened where it is long, and
 * indented on every line that it takes. Where the trust root is not Intel's every block says SIMULATED.
 */
export const renderText = (verdict: Verdict, options: TextOptions): string => {
  const paint = painter(options.color);
  const line = paint(verdict.exit === 0 && verdict.simulated ? 'open' : styleOf(verdict), verdictLine(verdict));
  if (options.quiet === true) return `${line}\n`;
  const width = Math.max(options.width ?? DEFAULT_WIDTH, MIN_WIDTH);
  const lineOptions: LineOptions = { width, verbose: options.verbose === true, paint };
  const mark = verdict.simulated ? ' (SIMULATED)' : '';
  const block = (heading: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ['', paint('strong', heading + mark), ...lines];
  const { checks, findings, missing, facts, timings } = verdict;
  const wanted = verdict.only === undefined ? 'VERIFIED' : 'PASSED';
  return [
    ...(verdict.simulated
      ? [paint('open', "SIMULATED: the trust root is not Intel's; this says nothing of any hardware")]
      : []),
    paint('strong', `what was checked${mark}`),
    ...wrap('  target  ', shown(verdict.target), width),
    ...wrap('  time    ', `${shown(verdict.at)} [from ${shown(verdict.atSource)}]`, width),
    ...STEPS.flatMap((step) => block(HEADINGS[step], stepLines(step, checks, lineOptions))),
    ...block('findings: these fail nothing', findingLines(findings, lineOptions)),
    ...materialBlocks(verdict, lineOptions).flatMap(({ heading, lines }) => block(heading, lines)),
    ...block('shown by the evidence, believed only where a check above says so', factLines(facts, width)),
    ...block(
      `missing for ${wanted}`,
      missing.flatMap((one) => wrap('  - ', shown(one), width)),
    ),
    ...block('time taken', options.timings === true ? timingLines(timings) : []),
    '',
    line,
    '',
  ].join('\n');
};
