import { MAX_FINDINGS } from './limits.ts';
import type { Variable } from './tree.ts';

/** The checks of this room, in the order of the report. Their names are stable. */
export const COMPOSE_CHECK_IDS = [
  'compose.launcher',
  'compose.pin',
  'compose.pin-bound',
  'compose.override',
  'compose.environment',
  'compose.sharing',
  'compose.services',
  'compose.persistence',
  'compose.images',
  'compose.scripts',
  'compose.commands',
  'compose.child-env',
  'compose.exposure',
] as const;

export type ComposeCheckId = (typeof COMPOSE_CHECK_IDS)[number];

/** `failed`: against a rule. `not-bound`: the attested text does not decide it. `information` fails nothing. */
export type Severity = 'failed' | 'not-bound' | 'information';

export interface ComposeFinding {
  readonly severity: Severity;
  /** 1-based line of the compose text; undefined where no line is to blame, as for app-compose's own keys. */
  readonly line: number | undefined;
  /** `services.web.ports[0]`, or a key of app-compose. Text of the evidence, unescaped, as `text` is. */
  readonly path: string;
  /** One sentence without a final stop. */
  readonly text: string;
}

export interface ComposeResult {
  readonly state: 'passed' | 'failed' | 'not-bound' | 'not-checked';
  /** In the order of the lines; the information too. */
  readonly findings: readonly ComposeFinding[];
}

/** Where a finding points to. */
export interface FindingPlace {
  readonly line: number | undefined;
  readonly path: string;
}

type Make = (place: FindingPlace, text: string) => ComposeFinding;
const maker =
  (severity: Severity): Make =>
  ({ line, path }, text) => ({ severity, line, path, text });

export const failing = maker('failed');
export const unbound = maker('not-bound');
export const informing = maker('information');

/** One `not-bound` finding for each variable that decides at a place, at the variable's own line. */
export const unboundBy = (variables: readonly Variable[], { path }: FindingPlace, text: string): ComposeFinding[] =>
  variables.map(({ name, line }) => unbound({ line, path }, `${text}: it is left to the variable ${name}`));

const RANK: Readonly<Record<Severity, number>> = { failed: 0, 'not-bound': 1, information: 2 };
const byRank = (a: ComposeFinding, b: ComposeFinding): number => RANK[a.severity] - RANK[b.severity];
const byLine = (a: ComposeFinding, b: ComposeFinding): number => (a.line ?? 0) - (b.line ?? 0);

/** What a check comes to: the worst of its findings. Where there are too many, the worst are kept. */
export const resultOf = (findings: readonly ComposeFinding[]): ComposeResult => {
  const has = (severity: Severity): boolean => findings.some((finding) => finding.severity === severity);
  const state = has('failed') ? 'failed' : has('not-bound') ? 'not-bound' : 'passed';
  return { state, findings: [...findings].sort(byRank).slice(0, MAX_FINDINGS).sort(byLine) };
};

/** A check that could not be made, and why. */
export const notChecked = (why: string): ComposeResult => ({
  state: 'not-checked',
  findings: [informing({ line: undefined, path: '' }, why)],
});
